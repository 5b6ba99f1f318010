import { EXIT } from "../../lib/errors.ts";
import type { ProbeResult } from "../../server/subscriptions/probe.ts";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";

/** `webhooks test`: whether the public address leads to our receiver. Changes nothing, anywhere. */
export default defineCommand({
  database: "none",
  configuration: true,
  json: true,
  help: "Makes the handshake for each subscription, and sends one event with a wrong signature,\n" +
    "which must be refused. Exit code 4 means that an answer is wrong or missing.",
  async run(context: CommandContext<object>) {
    const { requireWebhooks, webhookApp } = await import(
      "../../server/subscriptions/app_client.ts"
    );
    const { wantedSubscriptions } = await import("../../server/subscriptions/plan.ts");
    const { probeHandshake, probeSignature } = await import("../../server/subscriptions/probe.ts");
    const settings = await context.settings();
    const webhooks = requireWebhooks(await context.pipeline());
    const { clientSecret } = webhookApp(settings);
    const wanted = wantedSubscriptions(webhooks);
    const handshakes: ProbeResult[] = [];
    for (const each of wanted) {
      const result = await probeHandshake(each, { clientSecret });
      handshakes.push(result);
      // The others would take as long to say the same, or count as forgeries.
      if (result.outcome !== "ok") break;
    }
    const isReached = handshakes.every(({ outcome }) => outcome === "ok");
    const signature = isReached ? await probeSignature(wanted[0]!, { clientSecret }) : null;
    context.print(
      { url: webhooks.url, handshakes, signature },
      () => textOf(handshakes, signature),
    );
    return signature?.outcome === "ok" ? EXIT.done : EXIT.partial;
  },
});

function textOf(handshakes: readonly ProbeResult[], signature: ProbeResult | null): string {
  const results = [...handshakes, ...(signature ? [signature] : [])];
  const problem = results.find(({ outcome }) => outcome !== "ok");
  if (problem === undefined) {
    return `${handshakes.length} handshakes are right, and an event with a wrong signature is refused.`;
  }
  const note = problem.outcome === "unreachable"
    ? "\nOura may reach it all the same: many networks do not lead back to their own public address."
    : "";
  return `${problem.message} [${problem.code}]${note}`;
}
