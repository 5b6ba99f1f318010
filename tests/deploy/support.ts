/** Deno as a process of its own. */
import { execPath } from "node:process";

/** The root of the project. */
export const PROJECT = new URL("../../", import.meta.url);

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
    env: { NO_COLOR: "1", ...env },
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
