/** Doctor's look at the webhook subscriptions. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import { webhookApp } from "../../server/subscriptions/app_client.ts";
import {
  planSubscriptions,
  RENEW_DAYS,
  wantedSubscriptions,
} from "../../server/subscriptions/plan.ts";
import { attempt, type Finding, ok, warn } from "./check.ts";
import { command } from "../../lib/program_command.ts";

/** A line only where `oura.yaml` has `webhooks`, and the settings have an app to ask with. */
export async function checkWebhooks(
  settings: Settings,
  { webhooks }: Pipeline,
  now: Date,
): Promise<Finding[]> {
  if (webhooks === null || settings.clientId === null || settings.clientSecret === null) return [];
  return await attempt("webhooks", async () => {
    const present = await webhookApp(settings).client.list();
    const plan = planSubscriptions(wantedSubscriptions(webhooks), present, now);
    const flaws = [
      [plan.create.length, "missing"],
      [plan.update.length, "with another address"],
      [plan.renew.length, `with fewer than ${RENEW_DAYS} days left`],
      [plan.delete.length, "that oura.yaml does not want"],
    ].filter(([count]) => count !== 0).map((words) => words.join(" "));
    if (flaws.length > 0) {
      return warn(
        "webhooks",
        `subscriptions: ${flaws.join(", ")}`,
        `run ${command("webhooks ensure")}`,
      );
    }
    const first = Math.min(...plan.keep.map(({ expiresAt }) => expiresAt.getTime()));
    const until = new Date(first).toISOString().slice(0, 10);
    return ok("webhooks", `${plan.keep.length} subscriptions for ${webhooks.url}, until ${until}`);
  });
}
