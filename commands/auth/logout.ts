import { signOut } from "../../lib/auth/sign_out.ts";
import {
  appOf,
  chooseWearer,
  endpointsOf,
  openKeyring,
  recoveryFilesOf,
} from "../../lib/auth/open_wearer.ts";
import { jsonText } from "../_cli/output.ts";
import type { AuthContext } from "./context.ts";

/** Revokes a wearer's grant at Oura and removes it here; the wearer's data stays. */
export async function logout(
  context: AuthContext,
  options: { userId?: string; json?: boolean },
): Promise<void> {
  const { settings, db } = context;
  const { userId } = await chooseWearer(db, options.userId);
  const vault = { db, keyring: await openKeyring(settings) };
  const recovery = await recoveryFilesOf(settings, vault, userId);
  const revoked = await signOut({
    vault,
    recovery,
    app: appOf(settings),
    endpoints: endpointsOf(settings),
  }, userId);
  if (options.json) {
    context.print(jsonText({ userId, revoked }));
    return;
  }
  context.print(`Signed out wearer ${userId}. The stored data was kept.`);
  if (!revoked) {
    context.note("Oura did not know the grant any more, so there was nothing to revoke.");
  }
}
