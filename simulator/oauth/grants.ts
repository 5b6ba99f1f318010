/** Codes and tokens that were issued, and what became of them. */
import { encodeBase64Url } from "../text.ts";
import type { Access } from "../api/access.ts";
import type { Wearer } from "../world/wearer.ts";
import type { App } from "./apps.ts";
import { openedScopes } from "./scopes.ts";

const CODE_LIFETIME = 10 * 60 * 1_000;

/** What a wearer agreed to. */
export interface Grant {
  readonly wearer: Wearer;
  readonly app: App;
  /** Bare scope names. */
  readonly scopes: readonly string[];
  revoked: boolean;
}

/** How the proof key was announced, if at all. */
export interface Challenge {
  readonly value: string;
  readonly method: "S256" | "plain";
}

/** An authorization code. */
export interface Code {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly challenge: Challenge | undefined;
  readonly expiresAt: number;
}

interface AccessToken {
  readonly grant: Grant;
  expiresAt: number;
}

interface RefreshToken {
  readonly grant: Grant;
  used: boolean;
}

/** A new pair of tokens. */
export interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Everything issued so far, in memory. */
export class Grants {
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, AccessToken>();
  readonly #refreshTokens = new Map<string, RefreshToken>();

  /** @param clock Milliseconds of the real clock: clients measure lifetimes with theirs. */
  constructor(readonly clock: () => number) {}

  /** A code for a fresh consent. */
  issueCode(grant: Grant, redirectUri: string, challenge: Challenge | undefined): string {
    const code = secret("");
    const expiresAt = this.clock() + CODE_LIFETIME;
    this.#codes.set(code, { grant, redirectUri, challenge, expiresAt });
    return code;
  }

  /** Takes a code out of the world: whatever comes of the exchange, it works only once. */
  spendCode(code: string): Code | undefined {
    const known = this.#codes.get(code);
    this.#codes.delete(code);
    return known && this.clock() < known.expiresAt ? known : undefined;
  }

  /** New tokens for a grant; older access tokens live on until they expire. */
  issuePair(grant: Grant, lifetimeSeconds: number): Pair {
    const pair = { accessToken: secret("_0"), refreshToken: secret("_1") };
    const expiresAt = this.clock() + lifetimeSeconds * 1_000;
    this.#accessTokens.set(pair.accessToken, { grant, expiresAt });
    this.#refreshTokens.set(pair.refreshToken, { grant, used: false });
    return pair;
  }

  /** Spends a refresh token. It works once; the result says if it was spent before. */
  spendRefreshToken(token: string): Grant | "used" | "unknown" {
    const known = this.#refreshTokens.get(token);
    if (!known || known.grant.revoked) return "unknown";
    if (known.used) return "used";
    known.used = true;
    return known.grant;
  }

  /** The live grant of an access or refresh token. */
  grantOf(token: string): Grant | undefined {
    const grant = this.#live(token)?.grant ?? this.#refreshTokens.get(token)?.grant;
    return grant?.revoked ? undefined : grant;
  }

  /** What an access token opens while it lives. */
  accessOf(token: string): Access | undefined {
    const grant = this.#live(token)?.grant;
    if (!grant || grant.revoked) return undefined;
    return { wearer: grant.wearer, scopes: new Set(openedScopes(grant.scopes, grant.app)) };
  }

  /** Ends the life of a wearer's access tokens; refresh tokens stay good. */
  expireAccessTokens(userId: string): void {
    for (const token of this.#accessTokens.values()) {
      if (token.grant.wearer.id === userId) token.expiresAt = 0;
    }
  }

  /** What a wearer does who removes the app in the account settings. */
  revokeAll(userId: string): void {
    for (const token of this.#refreshTokens.values()) {
      if (token.grant.wearer.id === userId) token.grant.revoked = true;
    }
  }

  #live(token: string): AccessToken | undefined {
    const known = this.#accessTokens.get(token);
    return known && this.clock() < known.expiresAt ? known : undefined;
  }
}

function secret(prefix: string): string {
  return prefix + encodeBase64Url(crypto.getRandomValues(new Uint8Array(24)));
}
