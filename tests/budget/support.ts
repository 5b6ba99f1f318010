/** Sessions and processes that share a small budget. */
import { loadSettings, type Settings } from "../../config/environment/settings.ts";
import { openKeyring } from "../../lib/auth/open_wearer.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { saveGrant } from "../../lib/db/vault/grants.ts";
import { generateTokenKey } from "../../lib/db/vault/token_key.ts";
import { runSync, type SyncRequest } from "../../pipelines/sync/run_sync.ts";
import { type RunningSimulator, staticToken } from "../../simulator/mod.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** A short history: a first sync asks some twenty times. */
const DAYS = 3;

/** Signs wearers of the simulator in, without asking Oura. */
export async function signIn(
  settings: Settings,
  db: Database,
  userIds: readonly string[],
): Promise<void> {
  const now = new Date();
  const keyring = await openKeyring(settings);
  for (const userId of userIds) {
    await saveGrant({ db, keyring }, {
      userId,
      accessToken: staticToken(userId),
      refreshToken: `refresh-${userId}`,
      expiresAt: new Date(now.getTime() + 86_400_000),
      scopes: null,
      portal: "moi",
      tokenUrl: `${settings.apiUrl}/oauth/v2/ext/oauth-token`,
      revokeUrl: `${settings.apiUrl}/oauth/v2/ext/oauth-revoke`,
      clientId: "sim-app",
      obtainedAt: now,
    });
  }
}

/** The environment of an app that is registered at the simulated Oura. */
export function environmentOf({ url }: RunningSimulator, dataDirectory: string) {
  return {
    OURA_CLIENT_ID: "sim-app",
    OURA_CLIENT_SECRET: "sim-secret",
    OURA_API_URL: url,
    OURA_DATA_DIR: dataDirectory,
    OURA_TOKEN_KEY: generateTokenKey().toBase64(),
  };
}

/** Runs `body` with settings of a house in which all wearers are signed in. */
export async function withSettings(
  oura: RunningSimulator,
  db: Database,
  body: (settings: Settings, environment: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const environment = environmentOf(oura, directory.path);
  const settings = loadSettings(environment);
  await signIn(settings, db, oura.world.wearers.map(({ id }) => id));
  await body(settings, environment);
}

/** Syncs in this process, as the command does. */
export function syncHere(
  settings: Settings,
  db: Database,
  request: Partial<SyncRequest> = {},
) {
  return runSync({ settings, pipeline: shippedPipeline(db.schema, DAYS), db }, {
    command: "sync",
    demand: { kind: "pending" },
    wearers: {},
    dryRun: false,
    apply: true,
    signal: new AbortController().signal,
    ...request,
  });
}
