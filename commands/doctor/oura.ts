/** Doctor's look at Oura: app, key, sign-ins, scopes, API, clock. */
import { isServed, type Pipeline } from "../../config/model.ts";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { GrantSummary } from "../../lib/db/vault/grant.ts";
import { listGrants, readGrant } from "../../lib/db/vault/grants.ts";
import { EXIT } from "../../lib/errors.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { staticToken, type TokenProvider } from "../../lib/oura/token_provider.ts";
import { needsLogin, notSignedIn } from "../../lib/auth/sign_in_errors.ts";
import { readKeyring } from "../../lib/auth/open_wearer.ts";
import { identifyWearer } from "../../pipelines/sync/identify_wearer.ts";
import { leftOut } from "../auth/scopes.ts";
import { attempt, failed, type Finding, ok, warn } from "./check.ts";
import { command } from "../../lib/program_command.ts";

/** Token expiry and webhooks are judged by the clock; Oura's own sets the measure. */
const SKEW_MS = 60_000;

/** The app at Oura, as far as the environment tells. */
export function checkApp(settings: Settings): Finding {
  if (settings.accessToken !== null) {
    return warn(
      "app",
      "using a static OURA_ACCESS_TOKEN, which cannot be refreshed",
      `run ${command("auth login")} to sign in instead`,
    );
  }
  if (settings.clientId === null || settings.clientSecret === null) {
    return {
      subject: "app",
      state: "fail",
      message: "OURA_CLIENT_ID and OURA_CLIENT_SECRET are not both set",
      hint: `register an app with the redirect URI ${settings.redirectUri}, then run ` +
        `${command("init")}`,
      exitCode: EXIT.usage,
    };
  }
  return ok("app", `client id and secret are set, redirect URI ${settings.redirectUri}`);
}

/** Everyone's sign-in, and the API with their token. */
export async function checkSignIns(
  settings: Settings,
  db: Database,
  pipeline: Pipeline,
): Promise<Finding[]> {
  if (settings.accessToken !== null) {
    return await checkApi(settings, staticToken(settings.accessToken), " with the static token");
  }
  const key = await attempt("key", async () => {
    const keyring = await readKeyring(settings);
    if (keyring === null) {
      return ok("key", "no key file yet; the first sign-in creates it");
    }
    return ok("key", `tokens are encrypted with key ${keyring.current.id}`);
  });
  const grants = await listGrants(db);
  if (grants.length === 0) return [...key, failed("sign-in", notSignedIn())];
  const findings = [...key];
  const hasLiving = grants.some(({ state }) => state === "active");
  for (const grant of grants) {
    findings.push(...await checkGrant(settings, db, pipeline, grant, hasLiving));
  }
  return findings;
}

async function checkGrant(
  settings: Settings,
  db: Database,
  pipeline: Pipeline,
  grant: GrantSummary,
  hasLiving: boolean,
): Promise<Finding[]> {
  const { userId, portal, expiresAt } = grant;
  if (grant.state === "needs_login") {
    // A new account beside an old one: `sync` takes the living sign-in.
    if (hasLiving) {
      return [warn(
        "sign-in",
        `the sign-in of wearer ${userId} has expired; sync uses another sign-in`,
        `run ${command("auth login")}, or ${command(`auth logout --user-id ${userId}`)} to ` +
          "remove it",
      )];
    }
    return [failed("sign-in", needsLogin(userId, grant.needsLoginReason ?? ""))];
  }
  return await attempt("sign-in", async () => {
    return [
      ok("sign-in", `wearer ${userId}, portal ${portal}, token until ${expiresAt.toISOString()}`),
      checkScopes(grant, pipeline),
      ...await checkApiUnrefreshed(settings, db, grant),
    ];
  });
}

/** Asks Oura with the stored access token as it is: a refresh would spend the refresh token. */
async function checkApiUnrefreshed(
  settings: Settings,
  db: Database,
  { userId, expiresAt }: GrantSummary,
): Promise<Finding[]> {
  if (expiresAt.getTime() <= Date.now()) {
    return [warn(
      "api",
      `not checked: the access token of wearer ${userId} has expired, and doctor does not refresh it`,
      `run ${command("sync")}, which refreshes it`,
    )];
  }
  const keyring = await readKeyring(settings);
  const grant = keyring && await readGrant({ db, keyring }, userId);
  return grant ? await checkApi(settings, staticToken(grant.accessToken)) : [];
}

function checkScopes(grant: GrantSummary, pipeline: Pipeline): Finding {
  if (grant.scopes === null) {
    return warn(
      "scopes",
      "Oura did not report the granted scopes",
      "no action needed: the next sync names the types that Oura refuses",
    );
  }
  const served = pipeline.types.filter(isServed);
  const closed = leftOut(grant, served);
  return closed.length === 0
    ? ok("scopes", `all ${served.length} data types of the API are authorized`)
    : warn(
      "scopes",
      `not granted, so skipped: ${closed.join(", ")}`,
      `run ${command("auth login")} and grant the missing scopes`,
    );
}

async function checkApi(
  settings: Settings,
  tokens: TokenProvider,
  by = "",
): Promise<Finding[]> {
  const http = new OuraHttp({ tokens, baseUrl: settings.apiUrl, retries: 1, timeoutMs: 15_000 });
  const api = await attempt("api", async () => {
    const userId = await identifyWearer(http);
    return ok("api", `${new URL(settings.apiUrl).host} answers for wearer ${userId}${by}`);
  });
  return [...api, ...checkClock(http.traffic.clockSkewMs)];
}

function checkClock(skewMs: number | null): Finding[] {
  if (skewMs === null) return [];
  const seconds = Math.round(skewMs / 1000);
  if (Math.abs(skewMs) <= SKEW_MS) return [ok("clock", `within ${Math.abs(seconds)} s of Oura's`)];
  const side = seconds > 0 ? "ahead of" : "behind";
  return [
    warn(
      "clock",
      `${Math.abs(seconds)} s ${side} Oura's`,
      "set the clock (NTP); tokens expire by it",
    ),
  ];
}
