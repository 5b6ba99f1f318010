import { Option } from "commander";
import { EXIT, PartialError, UsageError } from "../../lib/errors.ts";
import type { Subscription } from "../../lib/oura/webhooks/subscription.ts";
import type { FailedChange, ReportedSubscription } from "../../server/subscriptions/report.ts";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import { changeLines, failureLines } from "./format.ts";
import { command } from "../../lib/program_command.ts";

interface Options {
  all?: boolean;
  type?: string;
  event?: string;
}

/** `webhooks delete`: all of the app's subscriptions, or the one for a kind of event. */
export default defineCommand({
  database: "none",
  configuration: true,
  options: [
    new Option("--all", "every subscription of the app, including those of other programs"),
    new Option("--type <type>", "the data type of the one to delete; needs --event"),
    new Option("--event <event>", "its event: create, update or delete; needs --type"),
  ],
  json: true,
  async run(context: CommandContext<Options>) {
    const { options } = context;
    checkChoice(options);
    const { SubscriptionNotFoundError } = await import(
      "../../lib/oura/webhooks/subscription_errors.ts"
    );
    const { webhookApp } = await import("../../server/subscriptions/app_client.ts");
    const { reported } = await import("../../server/subscriptions/report.ts");
    const { client } = webhookApp(await context.settings());
    const meant = (await client.list()).filter((one) => options.all || isMeant(one, options));
    const deleted: ReportedSubscription[] = [];
    const failed: FailedChange[] = [];
    for (const one of meant) {
      try {
        await client.delete(one.id);
        deleted.push(reported(one));
      } catch (error) {
        if (error instanceof SubscriptionNotFoundError) deleted.push(reported(one));
        else if (error instanceof PartialError) {
          const { eventType, dataType } = one;
          const { code, message } = error;
          failed.push({ action: "delete", eventType, dataType, code, message });
        } else throw error;
      }
    }
    const lines = [...changeLines("deleted", deleted), ...failureLines(failed)];
    const text = lines.length === 0 ? "There is no such subscription." : lines.join("\n");
    context.print({ deleted, failed }, text);
    return failed.length > 0 ? EXIT.partial : EXIT.done;
  },
});

function isMeant({ dataType, eventType }: Subscription, { type, event }: Options): boolean {
  return dataType === type && eventType === event;
}

/** Never all of them by accident. */
function checkChoice({ all, type, event }: Options): void {
  if (all && (type !== undefined || event !== undefined)) {
    throw new UsageError("OPTION_CONFLICT", "--all leaves no choice to --type and --event");
  }
  if (!all && (type === undefined || event === undefined)) {
    throw new UsageError("OPTION_MISSING", "webhooks delete needs --all, or --type and --event", {
      hint: `Run ${command("webhooks list")} to see the subscriptions.`,
    });
  }
}
