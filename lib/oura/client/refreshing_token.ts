/** A token that is refreshed as needed, for programs that keep tokens themselves. */
import { OuraUnavailableError, SignInError } from "../../errors.ts";
import { AppRefusedError } from "../errors.ts";
import { PORTALS } from "../oauth/portals.ts";
import { refreshTokens } from "../oauth/token_endpoint.ts";
import type { TokenProvider } from "../token_provider.ts";

/** A pair of tokens as a program stores it. */
export interface StoredTokens {
  /** Opens the API until `expiresAt`. */
  accessToken: string;
  /** Works once: the refresh that uses it brings the next one. */
  refreshToken: string;
  /** When the access token ends. */
  expiresAt: Date;
}

/** Options of {@linkcode refreshingToken}. */
export interface RefreshingTokenOptions {
  /** The application the tokens were issued to. */
  clientId: string;
  /** Of the same application. */
  clientSecret: string;
  /** The pair as it was stored last. */
  tokens: StoredTokens;
  /**
   * Stores a new pair. Awaited before the new access token is used, because the refresh token in the
   * old pair is worth nothing from then on. When it rejects, the call that needed the token does.
   */
  save: (tokens: StoredTokens) => Promise<void>;
  /**
   * The endpoint that issued the tokens. Applications registered at cloud.ouraring.com need
   * `https://api.ouraring.com/oauth/token`. @default The one of developer.ouraring.com.
   */
  tokenUrl?: string;
  /** Asks Oura. @default globalThis.fetch */
  fetch?: typeof fetch;
}

/** Refreshed this long before the end, so that no request is under way when it comes. */
const MARGIN_MS = 5 * 60_000;

/**
 * A {@linkcode TokenProvider} that refreshes a pair of tokens and hands every new one to `save`.
 * One refresh at a time within a process. Where several processes share a sign-in, use the tokens in
 * the database (`sync()` and the command line do): two refreshes at once would end the sign-in.
 *
 * @example
 * ```ts
 * import { OuraClient, refreshingToken, type StoredTokens } from "@oura-sync/oura-sync";
 *
 * const file = `${await Deno.makeTempDir()}/tokens.json`;
 * const tokens = refreshingToken({
 *   clientId: "my-app",
 *   clientSecret: "my-secret",
 *   tokens: { accessToken: "a", refreshToken: "r", expiresAt: new Date("2030-01-01") },
 *   save: (pair: StoredTokens) => Deno.writeTextFile(file, JSON.stringify(pair), { mode: 0o600 }),
 * });
 * const client = new OuraClient({ tokens });
 * ```
 */
export function refreshingToken(options: RefreshingTokenOptions): TokenProvider {
  let current = options.tokens;
  let unsaved = false;
  let refreshing: Promise<void> | null = null;

  const renew = async () => {
    if (!unsaved) {
      current = await refreshed(options, current.refreshToken);
      unsaved = true;
    }
    await options.save(current);
    unsaved = false;
  };
  const renewOnce = () => refreshing ??= renew().finally(() => refreshing = null);

  return {
    scopes: null,
    async accessToken() {
      if (unsaved || current.expiresAt.getTime() - Date.now() < MARGIN_MS) await renewOnce();
      return current.accessToken;
    },
    async refresh(refused) {
      if (current.accessToken === refused) await renewOnce();
      return current.accessToken;
    },
  };
}

async function refreshed(
  { clientId, clientSecret, tokenUrl = PORTALS.moi.tokenUrl, fetch }: RefreshingTokenOptions,
  refreshToken: string,
): Promise<StoredTokens> {
  const app = { clientId, clientSecret };
  const outcome = await refreshTokens(tokenUrl, app, refreshToken, fetch ? { fetch } : {});
  if (outcome.kind === "granted") {
    const { accessToken, refreshToken, expiresIn } = outcome.tokens;
    return { accessToken, refreshToken, expiresAt: new Date(Date.now() + expiresIn * 1000) };
  }
  if (outcome.kind === "app_refused") throw new AppRefusedError(outcome.reason);
  if (outcome.kind === "refused") {
    throw new SignInError("REFRESH_REFUSED", outcome.reason, {
      hint: "The wearer has to sign in again.",
    });
  }
  throw new OuraUnavailableError("REFRESH_FAILED", outcome.reason, {
    hint: outcome.kind === "unknown"
      ? "The refresh token may be spent. If the next try is refused, the wearer has to sign in again."
      : "Try again later.",
  });
}
