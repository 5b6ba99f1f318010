/** API clients of a session: one rate gate for all, and a token kept fresh for each wearer. */
import type { Settings } from "../../config/environment/settings.ts";
import { openVault, openWearer } from "../../lib/auth/open_wearer.ts";
import { rehearsedToken } from "../../lib/auth/rehearsed_token.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { Vault } from "../../lib/db/vault/grant.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { telemetry } from "../../lib/log/telemetry.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import type { Priority, RateBudget } from "../../lib/oura/http/rate_budget.ts";
import { RateGate } from "../../lib/oura/http/rate_gate.ts";
import { type Concurrency, RequestLimit } from "../../lib/oura/http/request_limit.ts";
import type { TokenProvider } from "../../lib/oura/token_provider.ts";

/** What all clients of a session share. */
export interface SharedLimits {
  /** What Oura limits is the app: one gate. */
  readonly gate: RateGate;
  /** Requests in flight at once. */
  readonly limit: RequestLimit;
}

/** Makes API clients. */
export interface Clients {
  /** How many requests are in flight at once at most. */
  readonly mostRequests: number;
  /** A client for a token. */
  of(tokens: TokenProvider, priority: Priority): OuraHttp;
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
  shared: SharedLimits,
  dryRun: boolean,
): Clients {
  let vault: Promise<Vault> | null = null;
  return {
    mostRequests: shared.limit.most,
    of: (tokens, priority) => openClient(tokens, settings.apiUrl, { ...shared, priority }),
    tokenOf: async (userId) =>
      dryRun
        ? await rehearsedToken(db, userId)
        : await openWearer(settings, await (vault ??= openVault(settings, db)), userId),
  };
}

/**
 * Opens the limits of a session.
 * @param budget Null where nothing is reserved.
 * @param patienceMs The longest wait when Oura limits the rate.
 */
export function openLimits(
  budget: RateBudget | null,
  concurrency: Concurrency = "auto",
  patienceMs?: number,
): SharedLimits {
  const gate = new RateGate({
    ...(budget === null ? {} : { budget }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
    onWait: (ms) => {
      telemetry().count("waits", 1);
      const seconds = Math.ceil(ms / 1000);
      loggerOf("oura").warn("Requests wait {seconds} s for the rate limit.", { seconds });
    },
  });
  return { gate, limit: new RequestLimit(concurrency) };
}

function openClient(
  tokens: TokenProvider,
  baseUrl: string,
  options: SharedLimits & { readonly priority: Priority },
): OuraHttp {
  return new OuraHttp({
    tokens,
    baseUrl,
    ...options,
    onRetry: (path, problem, attempt) => {
      telemetry().count("retries", 1, { "oura_sync.path": path });
      const facts = { attempt, path, problem };
      loggerOf("oura").warn("Attempt {attempt} for {path} failed: {problem}.", facts);
    },
  });
}
