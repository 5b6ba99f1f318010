/** The access token of one wearer, kept fresh for as long as a run lasts. */
import type { Grant } from "../db/vault/grant.ts";
import { SEAL_VERSION } from "../db/vault/cipher.ts";
import { readGrant } from "../db/vault/grants.ts";
import { resealGrant } from "../db/vault/reencrypt.ts";
import { OuraSyncError } from "../errors.ts";
import { isTrustedEndpoint } from "../oura/oauth/portals.ts";
import type { TokenProvider } from "../oura/token_provider.ts";
import { adoptStoredPair } from "./recovery.ts";
import { type RefreshContext, renewGrant } from "./refresh_protocol.ts";
import { needsLogin, notSignedIn } from "./sign_in_errors.ts";

/** Refresh this long before the end, so that no request is under way when the token ends. */
const MARGIN_MS = 5 * 60_000;
/** Of short-lived tokens, the last tenth of their life. */
const MARGIN_SHARE = 0.1;
/** A token refreshed this recently is not refused for its age: a missing scope looks the same. */
const FRESH_MS = 60_000;
/** After a failed refresh, requests fail at once for this long instead of trying again each. */
const COOL_DOWN_MS = 30_000;

/** {@linkcode TokenProvider} over a stored grant. One refresh at a time, however many ask. */
export class TokenKeeper implements TokenProvider {
  #grant: Grant;
  #refreshing: Promise<Grant> | null = null;
  #failure: { error: OuraSyncError; until: number } | null = null;

  private constructor(private readonly context: RefreshContext, grant: Grant) {
    this.#grant = grant;
  }

  /**
   * Reads a wearer's grant, taking up what an earlier run could not store.
   * @throws {SignInError} When the wearer is not signed in, or the grant has expired.
   */
  static async open(context: RefreshContext, userId: string): Promise<TokenKeeper> {
    await adoptStoredPair(context.vault, context.recovery, userId);
    const grant = await readGrant(context.vault, userId);
    if (!grant) throw notSignedIn(userId);
    if (grant.state === "needs_login") {
      throw needsLogin(userId, grant.needsLoginReason ?? "Oura no longer accepts it.");
    }
    // A row of an earlier version may name any endpoint; only one we would use is bound for good.
    if (grant.sealVersion !== SEAL_VERSION && areTrusted(grant, context.endpoints ?? [])) {
      await resealGrant(context.vault, userId);
    }
    return new TokenKeeper(context, grant);
  }

  /** The wearer this token belongs to. */
  get userId(): string {
    return this.#grant.userId;
  }

  get scopes(): ReadonlySet<string> | null {
    return this.#grant.scopes === null ? null : new Set(this.#grant.scopes);
  }

  get signIn(): { portal: string; at: Date } {
    const { portal, obtainedAt } = this.#grant;
    return { portal, at: obtainedAt };
  }

  async accessToken(): Promise<string> {
    await this.#renewIf((grant) => this.#isDue(grant));
    return this.#grant.accessToken;
  }

  async refresh(refused: string): Promise<string | null> {
    const { accessToken, refreshedAt } = this.#grant;
    if (accessToken === refused && refreshedAt && this.#now() - refreshedAt.getTime() < FRESH_MS) {
      return null;
    }
    await this.#renewIf((grant) => grant.accessToken === refused);
    return this.#grant.accessToken;
  }

  async #renewIf(isStale: (grant: Grant) => boolean): Promise<void> {
    if (this.#refreshing) await this.#refreshing;
    if (!isStale(this.#grant)) return;
    if (this.#failure && this.#now() < this.#failure.until) throw this.#failure.error;
    this.#refreshing ??= this.#renew(isStale);
    await this.#refreshing;
  }

  async #renew(isStale: (grant: Grant) => boolean): Promise<Grant> {
    try {
      this.#grant = await renewGrant(this.context, this.userId, isStale);
      this.#failure = null;
      return this.#grant;
    } catch (error) {
      if (error instanceof OuraSyncError) {
        this.#failure = { error, until: this.#now() + COOL_DOWN_MS };
      }
      throw error;
    } finally {
      this.#refreshing = null;
    }
  }

  #isDue({ expiresAt, refreshedAt, obtainedAt }: Grant): boolean {
    const lifetime = expiresAt.getTime() - (refreshedAt ?? obtainedAt).getTime();
    const margin = Math.min(MARGIN_MS, Math.max(0, lifetime) * MARGIN_SHARE);
    return this.#now() >= expiresAt.getTime() - margin;
  }

  #now(): number {
    return (this.context.now?.() ?? new Date()).getTime();
  }
}

function areTrusted({ tokenUrl, revokeUrl }: Grant, endpoints: readonly string[]): boolean {
  return [tokenUrl, revokeUrl].every((url) => isTrustedEndpoint(url, endpoints));
}
