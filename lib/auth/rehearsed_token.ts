import type { Database } from "../db/driver/database.ts";
import type { TokenProvider } from "../oura/token_provider.ts";
import { chooseWearer } from "./open_wearer.ts";
import { needsLogin } from "./sign_in_errors.ts";

/**
 * The sign-in of a wearer for a dry run: what it allows, and no token. Nothing is opened, refreshed
 * or taken up from disk.
 * @throws {SignInError} When the wearer is not signed in, or the grant has expired.
 */
export async function rehearsedToken(
  db: Database,
  userId: string,
): Promise<TokenProvider & { readonly userId: string }> {
  const { scopes, portal, obtainedAt, state, needsLoginReason } = await chooseWearer(db, userId);
  if (state === "needs_login") {
    throw needsLogin(userId, needsLoginReason ?? "Oura no longer accepts it.");
  }
  const refuse = () => Promise.reject(new TypeError("a dry run sends no request with a token"));
  return {
    userId,
    scopes: scopes === null ? null : new Set(scopes),
    signIn: { portal, at: obtainedAt },
    accessToken: refuse,
    refresh: refuse,
  };
}
