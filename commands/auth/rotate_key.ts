import { rotateKey } from "../../lib/auth/rotate_key.ts";
import { jsonText } from "../_cli/output.ts";
import type { AuthContext } from "./context.ts";

/** Moves all stored tokens to a new key. */
export async function rotate(context: AuthContext, options: { json?: boolean }): Promise<void> {
  const { moved, previousKeyInEnvironment } = await rotateKey(context.settings, context.db);
  if (options.json) context.print(jsonText({ moved }));
  else context.print(`Moved the tokens of ${moved} wearer(s) to the new key.`);
  if (previousKeyInEnvironment) {
    context.note("OURA_TOKEN_KEY_PREVIOUS is no longer needed; remove it.");
  }
}
