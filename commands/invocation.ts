/** How this very program is called, so that the commands it prints can be copied. */

/** What stands before the name of a command: `deno task`, `oura-sync`, or npx for those without Deno. */
export function invocation(): string {
  if (Deno.build.standalone) return "oura-sync";
  // npx keeps what it runs below a directory of this name.
  const isNpx = /[\\/]_npx[\\/]/.test(Deno.execPath());
  return isNpx ? `npx -y deno@${Deno.version.deno} task` : "deno task";
}
