import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import { subscriptionTable } from "./format.ts";

/** `webhooks list`: all subscriptions of the app, including those of other programs. */
export default defineCommand({
  database: "none",
  configuration: true,
  json: true,
  async run(context: CommandContext<object>) {
    const { webhookApp } = await import("../../server/subscriptions/app_client.ts");
    const { reported } = await import("../../server/subscriptions/report.ts");
    const { client } = webhookApp(await context.settings());
    const subscriptions = (await client.list()).map(reported);
    context.print(
      { subscriptions },
      () =>
        subscriptions.length === 0
          ? "The app has no subscriptions."
          : subscriptionTable(subscriptions),
    );
  },
});
