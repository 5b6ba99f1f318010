/** Stored sign-ins at a simulated Oura, and runs over them in this process. */
import { signInUnattended } from "../../commands/demo/sign_in.ts";
import { createProgress } from "../../commands/sync/progress.ts";
import { type Progress, runSync, type SyncRequest } from "../../pipelines/sync/run_sync.ts";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { configureLogging } from "../../lib/log/log.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import type { App } from "../../simulator/oauth/apps.ts";
import type { RunningSimulator } from "../../simulator/mod.ts";
import { withPostgres } from "../support/server_database.ts";
import { SILENT } from "../support/in_process.ts";
import { simulatedSettings } from "../support/simulated_settings.ts";
import { shippedPipeline, withSimulator } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** A line of the log, as JSON. */
export type LogLine = { level: string; message: string };

/** What a test has at hand. */
export interface GrantStage {
  readonly oura: RunningSimulator;
  readonly db: Database;
  readonly settings: Settings;
  /** Signs a wearer in, with another app where one is given. */
  signIn(user: string, app?: App): Promise<Settings>;
  /** Ends a wearer's sign-in at Oura. */
  revoke(user: string): void;
  /** Makes the stored access tokens due for a refresh. */
  expire(user: string): Promise<void>;
  /** Syncs; the log since is in `log`. */
  run(request?: Partial<SyncRequest>, settings?: Settings): Promise<SyncReport[]>;
  readonly log: LogLine[];
}

const USERS = ["wearer-old", "wearer-new"];

/** Registers a test on a stage of its own, with two wearers at Oura, neither signed in. */
export function grantTest(name: string, body: (stage: GrantStage) => Promise<void>): void {
  const strict = { sanitizeOps: true, sanitizeResources: true };
  Deno.test(
    name,
    strict,
    () => withPostgres("oura", (db) => onStage(db, body), { applied: true }),
  );
}

/** The same on a database of the caller's own. */
export async function onStage(
  db: Database,
  body: (stage: GrantStage) => Promise<void>,
): Promise<void> {
  await migrate(db);
  await using directory = await temporaryDirectory();
  const log: LogLine[] = [];
  const write = (text: string) => void log.push(JSON.parse(text));
  await configureLogging({ level: "info", format: "json", write });
  const users = USERS.map((id) => ({ id, zone: "UTC" }));
  await withSimulator({ users, days: 10 }, async (oura) => {
    const settings = simulatedSettings(oura, directory.path);
    const { oauth } = oura.simulator;
    const pipeline = shippedPipeline("oura", 3);
    await body({
      oura,
      db,
      settings,
      log,
      async signIn(user, app) {
        const used = app === undefined ? settings : withApp(settings, app, oura.url);
        if (app) oauth.apps.register(app);
        oauth.plan = { user };
        await signInUnattended(used, db);
        return used;
      },
      revoke: (user) => oauth.grants.revokeAll(user),
      async expire(user) {
        oauth.grants.expireAccessTokens(user);
        await db.query(
          `UPDATE oura.oauth_tokens SET expires_at = now() - interval '1 hour',
             refreshed_at = refreshed_at - interval '30 days' WHERE user_id = $1`,
          [user],
        );
      },
      run: (request = {}, used = settings) => {
        log.length = 0;
        return runSync({ settings: used, pipeline, db }, {
          command: "sync",
          demand: { kind: "pending" },
          wearers: {},
          concurrency: 4,
          dryRun: false,
          apply: true,
          signal: new AbortController().signal,
          progress: logLines,
          ...request,
        });
      },
    });
  });
}

function withApp(settings: Settings, app: App, url: string): Settings {
  const { clientId, clientSecret, portal } = app;
  const base = portal === "legacy" ? `${url}/oauth/` : `${url}/oauth/v2/ext/oauth-`;
  return {
    ...settings,
    clientId,
    clientSecret,
    portal,
    authorizeUrl: `${base}authorize`,
    tokenUrl: `${base}token`,
    revokeUrl: `${base}revoke`,
  };
}

const silentProgress = await createProgress(SILENT, false);

/** What a run shows where output is not a terminal. */
export function logLines(): Progress {
  return silentProgress(1);
}

/** The wearer's documents in a table, counted. */
export async function countOf(db: Database, table: string, userId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM oura.${table} WHERE user_id = $1`,
    [userId],
  );
  return rows[0]!.n;
}
