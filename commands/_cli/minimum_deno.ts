/** The oldest Deno that runs the program. */

/** Checked against README.md and the workflows by a test. */
export const MINIMUM_DENO = "2.9.6";

/** One sentence with the fix when a version of Deno is too old; null when it is not. */
export function denoComplaint(version: string): string | null {
  if (!isOlder(numbersOf(version), numbersOf(MINIMUM_DENO))) return null;
  return `oura-sync: Deno ${version} is too old: run \`deno upgrade ${MINIMUM_DENO}\`, or ` +
    `\`npx -y deno@${MINIMUM_DENO} task …\` instead of \`deno task …\` [DENO_TOO_OLD]`;
}

function numbersOf(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);
}

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const differing = than.findIndex((number, i) => number !== (version[i] ?? 0));
  return differing >= 0 && (version[differing] ?? 0) < than[differing]!;
}
