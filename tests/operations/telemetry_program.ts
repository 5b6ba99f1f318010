/** A process that is exported, and makes the requests whose URLs hold secrets. */
import { withHealthCheck } from "../../lib/health_check.ts";
import { revokeGrant } from "../../lib/oura/oauth/token_endpoint.ts";
import { hidePath } from "../../lib/log/span_redaction.ts";
import { startTelemetry } from "../../lib/log/telemetry.ts";

const [server = "", gone = ""] = Deno.args;
const check = `${server}/ping/secret-path?key=secret-query`;
hidePath(check);
await startTelemetry();
await withHealthCheck(check, () => Promise.resolve(4));

const app = { clientId: "app", clientSecret: "secret-of-app" };
const tokens = { accessToken: "secret-access-token", refreshToken: "secret-refresh-token" };
for (const revokeUrl of [`${server}/oauth/revoke`, `${gone}/oauth/revoke`]) {
  await revokeGrant({ name: "legacy", revokeUrl }, app, tokens).catch(() => {});
}
