/** API clients of a session: one rate gate for all, and a token kept fresh for each wearer. */
import type { Settings } from "../../config/environment/settings.ts";
import { openVault, openWearer } from "../../lib/auth/open_wearer.ts";
import { rehearsedToken } from "../../lib/auth/rehearsed_token.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { Vault } from "../../lib/db/vault/grant.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { telemetry } from "../../lib/log/telemetry.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { RateGate, type RateGateOptions } from "../../lib/oura/http/rate_gate.ts";
import { type Concurrency, RequestLimit } from "../../lib/oura/http/request_limit.ts";
import type { TokenProvider } from "../../lib/oura/token_provider.ts";

/** What Oura allows an app. Source: OpenAPI, rate limits. */
const APP_BUDGET = { requests: 5_000, perMs: 300_000 };

/** The limits that all clients of a session share. */
export interface ClientLimits extends Pick<RateGateOptions, "patienceMs" | "budget"> {
  /** Requests in flight at once. @default "auto" */
  concurrency?: Concurrency;
}

/** Makes API clients. */
export interface Clients {
  /** A client for a token. All clients share one gate: what Oura limits is the app. */
  of(tokens: TokenProvider): OuraHttp;
  /**
   * The token of a wearer who signed in. The keys are opened once, and one row is
   * read. In a dry run it knows its scopes only.
   * @throws {SignInError} When the wearer is not signed in, or the grant has expired.
   */
  tokenOf(userId: string): Promise<TokenProvider & { readonly userId: string }>;
}

/** Opens the clients of a session. The keys of the vault are opened when a sign-in needs them. */
export function openClients(
  settings: Settings,
  db: Database,
  { concurrency = "auto", ...limits }: ClientLimits,
  dryRun: boolean,
): Clients {
  const shared = { gate: openGate(limits), limit: new RequestLimit(concurrency) };
  let vault: Promise<Vault> | null = null;
  return {
    of: (tokens) => openClient(tokens, settings.apiUrl, shared),
    tokenOf: async (userId) =>
      dryRun
        ? await rehearsedToken(db, userId)
        : await openWearer(settings, await (vault ??= openVault(settings, db)), userId),
  };
}

function openGate(limits: Pick<RateGateOptions, "patienceMs" | "budget">): RateGate {
  return new RateGate({
    budget: APP_BUDGET,
    ...limits,
    onWait: (ms) => {
      telemetry().count("waits", 1);
      const seconds = Math.ceil(ms / 1000);
      loggerOf("oura").warn("Requests wait {seconds} s for the rate limit.", { seconds });
    },
  });
}

function openClient(
  tokens: TokenProvider,
  baseUrl: string,
  shared: { readonly gate: RateGate; readonly limit: RequestLimit },
): OuraHttp {
  return new OuraHttp({
    tokens,
    baseUrl,
    ...shared,
    onRetry: (path, problem, attempt) => {
      telemetry().count("retries", 1, { "oura_sync.path": path });
      const facts = { attempt, path, problem };
      loggerOf("oura").warn("Attempt {attempt} for {path} failed: {problem}.", facts);
    },
  });
}
