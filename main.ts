/** Arguments in, exit code out. */
import { denoComplaint } from "./commands/_cli/minimum_deno.ts";
import { run } from "./commands/_cli/program.ts";
import { systemTerminal } from "./commands/_cli/terminal.ts";
import { EXIT } from "./lib/errors.ts";

if (import.meta.main) {
  const complaint = denoComplaint(Deno.version.deno);
  if (complaint !== null) {
    systemTerminal.err(complaint);
    Deno.exit(EXIT.usage);
  }
  Deno.exit(await run(Deno.args));
}
