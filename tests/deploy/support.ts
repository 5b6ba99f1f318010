/** Deno as a process of its own. */
import { execPath } from "node:process";
import { QUICK_WASM } from "../support/quick_wasm.ts";

/** The root of the project. */
export const PROJECT = new URL("../../", import.meta.url);

/**
 * What stands in for Deno's base runtime, which cannot be had everywhere: a binary gets its modules
 * appended. A small one on Linux, because Deno itself has 100 MB to copy, to search and to pack.
 */
export const BASE_RUNTIME = Deno.build.os === "linux" ? "/bin/true" : execPath;

/** How a run ended. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs `deno` with these arguments to its end. */
export async function runDeno(
  args: readonly string[],
  cwd: string | URL,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(execPath, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...QUICK_WASM, ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** A directory for the length of `body`. */
export async function inEmptyDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
