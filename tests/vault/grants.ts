import { generateTokenKey, keyringOf } from "../../lib/db/vault/token_key.ts";
import type { NewGrant } from "../../lib/db/vault/grant.ts";

/** A grant as a sign-in brings it. */
export function newGrant(changes: Partial<NewGrant> = {}): NewGrant {
  return {
    userId: "wearer-1",
    accessToken: "access-token-one",
    refreshToken: "refresh-token-one",
    expiresAt: new Date("2026-12-01T00:00:00Z"),
    scopes: ["daily", "heartrate"],
    portal: "moi",
    tokenUrl: "https://moi.ouraring.com/oauth/v2/ext/oauth-token",
    revokeUrl: "https://moi.ouraring.com/oauth/v2/ext/oauth-revoke",
    clientId: "app",
    obtainedAt: new Date("2026-11-01T00:00:00Z"),
    ...changes,
  };
}

/** A keyring with a key of its own. */
export function freshKeyring() {
  return keyringOf(generateTokenKey());
}
