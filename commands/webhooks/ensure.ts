import { Option } from "commander";
import { EXIT } from "../../lib/errors.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import type { EnsureReport } from "../../server/subscriptions/report.ts";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import { changeLines, failureLines } from "./format.ts";

interface Options {
  dryRun?: boolean;
}

/** `webhooks ensure`: what the worker does once a day. */
export default defineCommand({
  database: "none",
  configuration: true,
  options: [new Option("--dry-run", "only show what would be done")],
  json: true,
  help: "Subscriptions belong to the app. Those that oura.yaml does not want are deleted,\n" +
    "including those of other programs. Exit code 4 means that some could not be changed.",
  async run(context: CommandContext<Options>) {
    const { ensureSubscriptions } = await import("../../server/subscriptions/ensure.ts");
    const settings = await context.settings();
    const pipeline = await context.pipeline();
    const { terminal } = context;
    using interruption = interruptible((text) => terminal.err(text), undefined, terminal);
    const { signal } = interruption;
    const dryRun = context.options.dryRun ?? false;
    const report = await ensureSubscriptions({
      settings,
      pipeline,
      now: new Date(),
      signal,
      dryRun,
    });
    if (report.probe?.outcome === "unreachable") {
      terminal.err(`${report.probe.message}. Oura may reach it all the same.`);
    }
    context.print(report, () => textOf(report));
    return report.failed.length > 0 ? EXIT.partial : EXIT.done;
  },
});

function textOf(report: EnsureReport): string {
  const { created, updated, renewed, kept, deleted, failed } = report;
  const prefix = report.dryRun ? "would be " : "";
  const lines = [
    ...changeLines(`${prefix}created`, created),
    ...changeLines(`${prefix}updated`, updated),
    ...changeLines(`${prefix}renewed`, renewed),
    ...changeLines(`${prefix}deleted`, deleted),
    ...failureLines(failed),
    `kept ${kept.length}`,
  ];
  return lines.join("\n");
}
