/**
 * The refresh of a single-use token, so that it is spent once and its successor is never lost:
 * claim → call → keep on disk → commit → use. Many processes may come here at the same moment.
 */
import { loggerOf } from "../log/log.ts";
import { OuraUnavailableError, UsageError } from "../errors.ts";
import { AppRefusedError } from "../oura/errors.ts";
import type { Grant } from "../db/vault/grant.ts";
import { readGrant } from "../db/vault/grants.ts";
import {
  claimRefresh,
  type ClaimResult,
  endGrant,
  releaseClaim,
} from "../db/vault/refresh_claim.ts";
import { requireTrustedEndpoint } from "../oura/oauth/portals.ts";
import {
  type OAuthApp,
  refreshTokens,
  type RequestOptions,
  type TokenOutcome,
} from "../oura/oauth/token_endpoint.ts";
import { needsLogin, notSignedIn } from "./sign_in_errors.ts";
import { adoptStoredPair, keepAndStore, type Store } from "./recovery.ts";
import { command } from "../program_command.ts";

/** The moments of the protocol between which a process can die. */
export type RefreshStep =
  | "begin"
  | "claimed"
  | "answered"
  | "kept"
  | "committed"
  | "done";

/** What a refresh needs; the times have defaults that only tests change. */
export interface RefreshContext extends Store {
  /** Null when the environment has no client id and secret: then nothing can be refreshed. */
  readonly app: OAuthApp | null;
  /** Endpoints from the environment that may receive tokens, besides those of Oura's portals. */
  readonly endpoints?: readonly string[];
  readonly request?: RequestOptions;
  readonly now?: () => Date;
  readonly sleep?: (ms: number) => Promise<void>;
  /** How long a claim bars others; longer than the call and the retries of its commit together. */
  readonly claimMs?: number;
  /** Called after every step, before the next one begins. */
  readonly onStep?: (step: RefreshStep) => void | Promise<void>;
}

type Claimed = Extract<ClaimResult, { kind: "claimed" }>;

const CLAIM_MS = 60_000;
const POLL_MS = 250;

const log = loggerOf("sign-in");

/**
 * Replaces a wearer's token pair, or adopts the pair another process obtained in the meantime.
 * @param isStale Whether a grant still holds the pair that is to be replaced.
 * @throws {SignInError} When the grant has expired. It is never tried again.
 * @throws {AppRefusedError} When Oura does not accept client id and secret; nothing is lost.
 * @throws {OuraUnavailableError} When Oura gave no usable answer; nothing is lost.
 * @throws {DatabaseError} When the new pair could not be committed; it is kept on disk.
 */
export async function renewGrant(
  context: RefreshContext,
  userId: string,
  isStale: (grant: Grant) => boolean,
): Promise<Grant> {
  const claimMs = context.claimMs ?? CLAIM_MS;
  const holder = `pid ${Deno.pid}, ${crypto.randomUUID()}`;
  const sleep = context.sleep ?? wait;
  // Each claim runs out by itself; three in a row without a result is no longer a coincidence.
  for (let patienceMs = 3 * claimMs; patienceMs > 0;) {
    await adoptStoredPair(context.vault, context.recovery, userId);
    await report(context, "begin");
    const claim = await claimRefresh(context.vault, userId, { holder, ttlMs: claimMs, isStale });
    switch (claim.kind) {
      case "missing":
        throw notSignedIn(userId);
      case "needs_login":
        throw needsLogin(userId, claim.reason);
      case "fresh":
        return claim.grant;
      case "claimed":
        return await spend(context, claim, holder);
      case "busy": {
        const pauseMs = Math.min(POLL_MS + Math.random() * POLL_MS, Math.max(claim.leftMs, 1));
        patienceMs -= pauseMs;
        await sleep(pauseMs);
      }
    }
  }
  throw new OuraUnavailableError(
    "TOKEN_REFRESH_STUCK",
    "Timed out waiting for another process to refresh the token.",
    {
      hint: "Look for a hanging oura-sync process, then run the command again.",
    },
  );
}

/** We hold the claim: spend the refresh token, once, at the endpoint that issued it. */
async function spend(context: RefreshContext, claim: Claimed, holder: string): Promise<Grant> {
  const { grant } = claim;
  const { userId } = grant;
  const giveBack = async (inDoubt: boolean) => {
    // Should this fail, the claim runs out and counts as in doubt, which is safe.
    await releaseClaim(context.vault.db, userId, holder, inDoubt || claim.inDoubtSince !== null)
      .catch((error) => log.debug("The claim could not be released: {error}", { error }));
  };
  await report(context, "claimed");
  const app = context.app;
  const wrongApp = appProblem(app, grant);
  if (app === null || wrongApp) {
    await giveBack(false);
    throw wrongApp;
  }
  try {
    requireTrustedEndpoint(grant.tokenUrl, context.endpoints ?? []);
  } catch (error) {
    await giveBack(false);
    throw error;
  }
  const outcome = await refreshTokens(grant.tokenUrl, app, grant.refreshToken, context.request);
  await report(context, "answered");
  switch (outcome.kind) {
    case "granted": {
      const pair = { ...outcome.tokens, now: context.now?.() ?? new Date() };
      return await keepAndStore(context, grant, pair, (step) => report(context, step));
    }
    case "refused":
      return await afterRefusal(context, claim, outcome);
    case "app_refused":
      await giveBack(false);
      throw new AppRefusedError(outcome.reason);
    case "not_taken":
    case "unknown":
      await giveBack(outcome.kind === "unknown");
      throw new OuraUnavailableError("TOKEN_REFRESH", `${outcome.reason} The sign-in is kept.`, {
        hint: "Run the command again later.",
      });
  }
}

/** 400: another process may have been faster; otherwise the grant has expired, and the reason is recorded. */
async function afterRefusal(
  context: RefreshContext,
  { grant, inDoubtSince }: Claimed,
  outcome: Exclude<TokenOutcome, { kind: "granted" }>,
): Promise<Grant> {
  const { userId, version } = grant;
  await adoptStoredPair(context.vault, context.recovery, userId);
  const reason = inDoubtSince === null
    ? outcome.reason
    : `${outcome.reason} A refresh begun at ${inDoubtSince.toISOString()} was cut short before ` +
      "its result could be stored, and may have spent the refresh token.";
  if (await endGrant(context.vault.db, userId, version, reason)) throw needsLogin(userId, reason);
  const current = await readGrant(context.vault, userId);
  if (!current) throw notSignedIn(userId);
  if (current.state === "needs_login") throw needsLogin(userId, current.needsLoginReason ?? reason);
  return current;
}

function appProblem(app: OAuthApp | null, grant: Grant): UsageError | null {
  if (app === null) {
    return new UsageError(
      "APP_MISSING",
      "Refreshing the token needs OURA_CLIENT_ID and OURA_CLIENT_SECRET.",
      {
        hint: "Set both in .env or in the environment.",
      },
    );
  }
  if (app.clientId === grant.clientId) return null;
  return new UsageError("APP_CHANGED", "The wearer signed in through another app.", {
    hint: `Set the previous OURA_CLIENT_ID again, or run ${command("auth login")} with the new ` +
      "one.",
  });
}

async function report(context: RefreshContext, step: RefreshStep): Promise<void> {
  log.debug("Refresh: {step}", { step });
  await context.onStep?.(step);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
