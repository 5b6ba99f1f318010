/** The oldest Deno that runs the program. */
import { UsageError } from "../errors.ts";

/** Checked against README.md and the workflows by a test. */
export const MINIMUM_DENO = "2.9.6";

/**
 * Refuses a Deno that lacks what the program needs, before anything fails for it.
 * @throws {UsageError} When the version is older than {@linkcode MINIMUM_DENO}.
 */
export function requireDeno(version: string): void {
  if (!isOlder(numbersOf(version), numbersOf(MINIMUM_DENO))) return;
  throw new UsageError(
    "DENO_TOO_OLD",
    `this is Deno ${version}, and oura-sync needs ${MINIMUM_DENO} or newer: ` +
      `run \`deno upgrade\`, or \`npx -y deno@${MINIMUM_DENO} task …\` for \`deno task …\``,
  );
}

function numbersOf(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const differing = than.findIndex((number, i) => number !== (version[i] ?? 0));
  return differing >= 0 && (version[differing] ?? 0) < than[differing]!;
}
