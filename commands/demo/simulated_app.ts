/** A simulator as the program meets it: an app registered there, and where everything is. */

/** The variables that make everything go to the simulator at this address, sign-in included. */
export function simulatedApp(url: string): Record<string, string> {
  const portal = `${url}/oauth/v2/ext`;
  return {
    OURA_CLIENT_ID: "sim-app",
    OURA_CLIENT_SECRET: "sim-secret",
    OURA_API_URL: url,
    OURA_AUTHORIZE_URL: `${portal}/oauth-authorize`,
    OURA_TOKEN_URL: `${portal}/oauth-token`,
    OURA_REVOKE_URL: `${portal}/oauth-revoke`,
  };
}
