import { loadSettings, type Settings } from "../../config/environment/settings.ts";
import { generateTokenKey } from "../../lib/db/vault/token_key.ts";
import type { RunningSimulator } from "../../simulator/mod.ts";

/** Settings of an app that is registered at the simulated Oura, with a new token key. */
export function simulatedSettings({ url }: RunningSimulator, dataDirectory: string): Settings {
  return loadSettings({
    OURA_CLIENT_ID: "sim-app",
    OURA_CLIENT_SECRET: "sim-secret",
    OURA_API_URL: url,
    OURA_AUTHORIZE_URL: `${url}/oauth/v2/ext/oauth-authorize`,
    OURA_TOKEN_URL: `${url}/oauth/v2/ext/oauth-token`,
    OURA_REVOKE_URL: `${url}/oauth/v2/ext/oauth-revoke`,
    OURA_DATA_DIR: dataDirectory,
    OURA_TOKEN_KEY: generateTokenKey().toBase64(),
  });
}
