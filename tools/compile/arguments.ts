/** How `deno compile` is called. */

/** The machines a binary is made for. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/**
 * The permissions baked into the binary. Which database, which configuration and which directory are
 * the person's choice, so network, reading and writing are open; all else is named.
 */
export const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-sys=hostname",
  "--allow-run=xdg-open,open,rundll32",
  "--allow-env=OURA_*,DB_*,DATABASE_URL,LOG_*,SYNC_DAYS_BACK,HEALTHCHECK_URL,TERM,HOME,XDG_CONFIG_HOME",
  "--ignore-env",
];

/**
 * As the tasks have it: a small heap that is collected often, for runs that last, but not before it
 * holds what every run needs (sizes in MB).
 */
const V8_FLAGS = [
  "--v8-flags=--heap-growing-percent=20",
  "--min-semi-space-size=4",
  "--max-semi-space-size=4",
  "--initial-heap-size=48",
].join(",");

/** Arguments of `deno`, to be run in the directory of `main.ts`. */
export function compileArguments(
  { target, output }: { target?: string | undefined; output: string },
): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check",
    "--frozen",
    "--exclude-unused-npm",
    V8_FLAGS,
    ...PERMISSIONS,
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    output,
    "main.ts",
  ];
}
