/** A grant as the program sees it, and as it is stored, encrypted, in `oauth_tokens`. */
import type { Database, Row } from "../driver/database.ts";
import { type Endpoints, seal, SEAL_VERSION, unseal } from "./cipher.ts";
import type { Keyring } from "./token_key.ts";

/** Where the grants are, and the keys to them. */
export interface Vault {
  readonly db: Database;
  readonly keyring: Keyring;
}

/** The two tokens and when the first one ends. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** What identifies the row that a pair of tokens belongs to. */
export interface GrantOwner extends Endpoints {
  readonly userId: string;
}

/** All of a grant that may be shown. */
export interface GrantSummary {
  /** The wearer: Oura's `personal_info.id`. */
  readonly userId: string;
  readonly state: "active" | "needs_login";
  /** Why the wearer must sign in again; null while the grant lives. */
  readonly needsLoginReason: string | null;
  readonly expiresAt: Date;
  /** Granted scopes without prefix; null when Oura never said. */
  readonly scopes: readonly string[] | null;
  readonly portal: string;
  readonly clientId: string;
  readonly keyId: string;
  /** When the wearer signed in. */
  readonly obtainedAt: Date;
  readonly refreshedAt: Date | null;
}

/** A grant with its tokens. */
export interface Grant extends GrantSummary, TokenPair {
  /** The endpoint that issued it, and the only one its refresh token may be sent to. */
  readonly tokenUrl: string;
  readonly revokeUrl: string;
  /** Counts the pairs this row has held: tells a refresh whether it is still the latest. */
  readonly version: number;
  /** The format its tokens are sealed in; an earlier one than the current is replaced once. */
  readonly sealVersion: number;
}

/** What a sign-in brings. */
export type NewGrant = Omit<
  Grant,
  "state" | "needsLoginReason" | "keyId" | "refreshedAt" | "version" | "sealVersion"
>;

/** The shown part of a row of `oauth_tokens`. */
export interface SummaryRow extends Row {
  user_id: string;
  key_id: string;
  expires_at: Date;
  scopes: string[] | null;
  portal: string;
  client_id: string;
  state: "active" | "needs_login";
  needs_login_reason: string | null;
  obtained_at: Date;
  refreshed_at: Date | null;
}

/** A row of `oauth_tokens`. */
export interface GrantRow extends SummaryRow {
  access_token: Uint8Array;
  refresh_token: Uint8Array;
  key_version: number;
  token_url: string;
  revoke_url: string;
  version: number;
}

/** The shown part of a grant. */
export function toSummary(row: SummaryRow): GrantSummary {
  return {
    userId: row.user_id,
    state: row.state,
    needsLoginReason: row.needs_login_reason,
    expiresAt: row.expires_at,
    scopes: row.scopes,
    portal: row.portal,
    clientId: row.client_id,
    keyId: row.key_id,
    obtainedAt: row.obtained_at,
    refreshedAt: row.refreshed_at,
  };
}

/**
 * Decrypts a row.
 * @throws {UsageError} With another key than the row's.
 * @throws {DatabaseError} When the row was altered or moved.
 */
export async function toGrant(row: GrantRow, keyring: Keyring): Promise<Grant> {
  const sealed = { keyId: row.key_id, version: row.key_version };
  const bound = { userId: row.user_id, tokenUrl: row.token_url, revokeUrl: row.revoke_url };
  const accessToken = await unseal(keyring, { ...sealed, bytes: row.access_token }, {
    ...bound,
    kind: "access_token",
  });
  const refreshToken = await unseal(keyring, { ...sealed, bytes: row.refresh_token }, {
    ...bound,
    kind: "refresh_token",
  });
  return {
    ...toSummary(row),
    accessToken,
    refreshToken,
    tokenUrl: row.token_url,
    revokeUrl: row.revoke_url,
    version: row.version,
    sealVersion: row.key_version,
  };
}

/**
 * The encrypted columns of a pair: access token, refresh token, key id, format.
 * @param owner The row it is for; the pair opens in no other.
 */
export async function sealPair(
  keyring: Keyring,
  owner: GrantOwner,
  pair: { accessToken: string; refreshToken: string },
): Promise<readonly [Uint8Array, Uint8Array, string, number]> {
  const { userId, tokenUrl, revokeUrl } = owner;
  const bound = { userId, tokenUrl, revokeUrl };
  const [access, refresh] = await Promise.all([
    seal(keyring, pair.accessToken, { ...bound, kind: "access_token" }),
    seal(keyring, pair.refreshToken, { ...bound, kind: "refresh_token" }),
  ]);
  return [access.bytes, refresh.bytes, keyring.current.id, SEAL_VERSION];
}
