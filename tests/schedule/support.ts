/** Runs the real program. */
import { QUICK_WASM } from "../support/quick_wasm.ts";

/** Path of `main.ts`. */
const MAIN = new URL("../../main.ts", import.meta.url).href;

/** How a run ended. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs the program to its end, in the directory given, without the surrounding environment. */
export async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = Deno.cwd(),
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", MAIN, ...args],
    env: { LOG_FORMAT: "json", ...QUICK_WASM, ...env },
    cwd,
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
