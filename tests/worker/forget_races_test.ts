/** `forget` beside runs of the same wearer that began, or were about to begin, before it. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { scheduleSync } from "../../lib/db/store/jobs/sync_schedule.ts";
import { deleteGrant } from "../../lib/db/vault/grants.ts";
import { forgetWearer } from "../../pipelines/forget/forget.ts";
import { wearerTables } from "../../pipelines/forget/wearer_tables.ts";
import { runJob } from "../../pipelines/sync/job.ts";
import { openSession, type Session } from "../../pipelines/sync/session.ts";
import { signedIn } from "../../pipelines/sync/wearers.ts";
import { runWearerJob } from "../../server/worker/wearer_job.ts";
import { onServerFirst } from "../support/server_first.ts";
import { withWorkerWorld, type WorkerWorld } from "./support.ts";

const HOUR = 3_600_000;

/** Tables with a row of the wearer. */
async function traces(db: Database, userId: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await wearerTables(db)) {
    const { rowCount } = await db.queryRaw(`SELECT 1 FROM ${table} WHERE user_id = $1`, [userId]);
    if (rowCount > 0) found.push(table);
  }
  return found;
}

/** Forgets the wearer `one`; `db` may let something happen in between. */
async function forget({ pipeline }: WorkerWorld, db: Database): Promise<void> {
  await forgetWearer(db, {
    userId: "one",
    dataTypes: pipeline.types.map(({ name }) => name),
    // Renewed soon, so that a run that meets these leases sees at once that their holder lives.
    lease: { holder: "forget", ttlSeconds: 1 },
    configChecksum: pipeline.checksum,
    before: () => deleteGrant(db, "one"),
  });
}

/** The database, with something that happens once before a statement of this kind. */
function before(db: Database, statement: RegExp, what: () => Promise<unknown>): Database {
  let isDone = false;
  const ask =
    (method: "query" | "queryRaw") => async (sql: string, params?: readonly unknown[]) => {
      if (!isDone && statement.test(sql)) {
        isDone = true;
        await what();
      }
      return await db[method](sql, params);
    };
  return new Proxy(db, {
    get(target, name) {
      if (name === "query" || name === "queryRaw") return ask(name);
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The wearer has data, and is due again. */
async function synced({ db, runJob }: WorkerWorld): Promise<void> {
  await scheduleSync(db, "one", new Date(0));
  await runJob("one", new Date(), { syncEveryMs: HOUR });
  assert.ok((await traces(db, "one")).length > 10);
  await scheduleSync(db, "one", new Date(0));
}

async function withSession(
  { settings, pipeline, db }: WorkerWorld,
  body: (session: Session) => Promise<void>,
): Promise<void> {
  const { signal } = new AbortController();
  await using session = await openSession({ settings, pipeline, db, apply: true, signal });
  await body(session);
}

type TokenOf = Session["clients"]["tokenOf"];

/** The session, with another way to open a wearer's sign-in. */
function withTokenOf(session: Session, tokenOf: TokenOf): Session {
  const of: Session["clients"]["of"] = (...given) => session.clients.of(...given);
  return { ...session, clients: { ...session.clients, of, tokenOf } };
}

/** The session, with something that happens before or after a wearer's sign-in is opened. */
function onOpening(
  session: Session,
  when: "before" | "after",
  what: () => Promise<void>,
): Session {
  return withTokenOf(session, async (userId) => {
    if (when === "before") await what();
    const tokens = await session.clients.tokenOf(userId);
    if (when === "after") await what();
    return tokens;
  });
}

onServerFirst(
  "a job that was taken before its wearer was forgotten leaves no trace",
  (db) =>
    withWorkerWorld(db, ["one", "two"], async (world) => {
      await synced(world);
      await forget(world, db);
      await world.runJob("one", new Date(), { syncEveryMs: HOUR });
      await scheduleSync(db, "one", new Date());
      assert.deepEqual(await traces(db, "one"), []);
      assert.notDeepEqual(await traces(db, "two"), []);
    }),
  { applied: true },
);

for (const when of ["before", "after"] as const) {
  for (const work of ["documents", "a sync"] as const) {
    onServerFirst(
      `a job of ${work} whose wearer is forgotten ${when} it opens the sign-in leaves no trace`,
      (db) =>
        withWorkerWorld(db, ["one"], (world) =>
          withSession(world, async (session) => {
            await synced(world);
            const [night] = world.documents("one", "sleep");
            if (work === "documents") await world.store([{ objectId: night!.key }]);
            const { requests } = world.oura.stats;
            const context = {
              session: onOpening(session, when, () => forget(world, db)),
              syncEveryMs: work === "documents" ? null : HOUR,
              now: () => new Date(Date.now() + 24 * HOUR),
            };
            await runWearerJob(context, "one", new AbortController().signal);
            assert.deepEqual(await traces(db, "one"), []);
            assert.equal(world.oura.stats.requests, requests, "nothing was asked");
          })),
      { applied: true },
    );
  }
}

for (
  const [place, statement] of Object.entries({
    "while rows are deleted": /DELETE FROM "oura"."webhook_events"/,
    "when all rows are deleted": /DELETE FROM oura.sync_leases/,
  })
) {
  onServerFirst(
    `a sync that was about to begin ${place} leaves no trace`,
    (db) =>
      withWorkerWorld(db, ["one"], (world) =>
        withSession(world, async (session) => {
          await synced(world);
          // Opened while the sign-in was there.
          const tokens = await session.clients.tokenOf("one");
          const opened = withTokenOf(session, () => Promise.resolve(tokens));
          const sync = () =>
            runJob(opened, {
              kind: "windows",
              command: "sync",
              wearer: signedIn(opened, "one"),
              demand: { kind: "pending" },
            });
          await forget(world, before(db, statement, sync));
          assert.deepEqual(await traces(db, "one"), []);
          const report = await sync();
          assert.equal(report.error?.code, "WEARER_FORGOTTEN");
          assert.deepEqual(await traces(db, "one"), []);
        })),
    { applied: true },
  );
}

onServerFirst(
  "a row that is written after the first pass is deleted too",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      await synced(world);
      const write = () =>
        db.query("INSERT INTO oura.sync_runs (user_id, command) VALUES ('one', 'x')");
      await forget(world, before(db, /DELETE FROM "oura"."webhook_events"/, write));
      assert.deepEqual(await traces(db, "one"), []);
    }),
  { applied: true },
);
