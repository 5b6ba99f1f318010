/** How `deno compile` is called. */
import { ALL_PERMISSIONS, permissionOptions } from "../../commands/_cli/permissions.ts";
import { V8_FLAGS } from "../deno_config.ts";
import { ROOTS } from "../program_modules.ts";

/** The machines a binary is made for. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/** The permissions baked into the binary. It never asks for more. */
export const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  ...permissionOptions(ALL_PERMISSIONS),
];

/** Arguments of `deno`, to be run in the directory of `main.ts`. */
export function compileArguments(
  { target, output }: { target?: string | undefined; output: string },
): string[] {
  const [main, ...commands] = ROOTS;
  return [
    "compile",
    "--quiet",
    "--no-check",
    "--frozen",
    "--exclude-unused-npm",
    V8_FLAGS,
    ...PERMISSIONS,
    ...commands.flatMap((file) => ["--include", file]),
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    output,
    main!,
  ];
}
