/** A grant as the program sees it, and as it lies encrypted in `oauth_tokens`. */
import type { Database, Row } from "../database.ts";
import { seal, SEAL_VERSION, unseal } from "./cipher.ts";
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
}

/** What a sign-in brings. */
export type NewGrant = Omit<
  Grant,
  "state" | "needsLoginReason" | "keyId" | "refreshedAt" | "version"
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
  const [accessToken, refreshToken] = await Promise.all([
    unseal(keyring, { ...sealed, bytes: row.access_token }, {
      userId: row.user_id,
      kind: "access_token",
    }),
    unseal(keyring, { ...sealed, bytes: row.refresh_token }, {
      userId: row.user_id,
      kind: "refresh_token",
    }),
  ]);
  return {
    ...toSummary(row),
    accessToken,
    refreshToken,
    tokenUrl: row.token_url,
    revokeUrl: row.revoke_url,
    version: row.version,
  };
}

/** The encrypted columns of a pair: access token, refresh token, key id, format. */
export async function sealPair(
  keyring: Keyring,
  userId: string,
  pair: { accessToken: string; refreshToken: string },
): Promise<readonly [Uint8Array, Uint8Array, string, number]> {
  const [access, refresh] = await Promise.all([
    seal(keyring, pair.accessToken, { userId, kind: "access_token" }),
    seal(keyring, pair.refreshToken, { userId, kind: "refresh_token" }),
  ]);
  return [access.bytes, refresh.bytes, keyring.current.id, SEAL_VERSION];
}
