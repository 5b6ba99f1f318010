/**
 * Where the API client gets its access token from. The client never sees a refresh token.
 */
export interface TokenProvider {
  /**
   * The token to use now, refreshed ahead of its expiry.
   * @throws {SignInError} When the grant has expired: only the wearer can sign in again.
   */
  accessToken(): Promise<string>;
  /**
   * Called once after Oura refused `refused` with 401. Resolves with another token, or with null
   * when no other token can be obtained (a static token), so the refusal is final.
   * @throws {SignInError} When the grant has expired.
   */
  refresh(refused: string): Promise<string | null>;
  /** Granted scopes without the `extapi:` prefix; null when they are unknown (a static token). */
  readonly scopes: ReadonlySet<string> | null;
  /** The sign-in behind the token, where there is one: which portal issued it, and when. */
  readonly signIn?: { readonly portal: string; readonly at: Date };
}

/** A token that cannot be refreshed, such as `OURA_ACCESS_TOKEN`. */
export function staticToken(accessToken: string): TokenProvider {
  return {
    accessToken: () => Promise.resolve(accessToken),
    refresh: () => Promise.resolve(null),
    scopes: null,
  };
}
