/** A session is opened once, however many wearers it serves; and what a job leaves when it fails. */
import assert from "node:assert/strict";
import { loadSettings, type Settings } from "../../config/environment/settings.ts";
import type { Database, Queryable, Transaction } from "../../lib/db/driver/database.ts";
import { DatabaseError } from "../../lib/errors.ts";
import { runJob, type WindowsJob } from "../../pipelines/sync/job.ts";
import { openSession, type Session } from "../../pipelines/sync/session.ts";
import { signedIn } from "../../pipelines/sync/wearers.ts";
import { serveSimulator } from "../../simulator/mod.ts";
import { environmentOf, signIn } from "../budget/support.ts";
import { withPostgres } from "../support/server_database.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const TYPES = ["daily_sleep", "workout"];

/** What a test has at hand: wearers who signed in, and a session for all of them. */
interface House {
  readonly db: Database;
  readonly settings: Settings;
  readonly users: readonly string[];
  open(db?: Database): Promise<Session>;
}

function sessionTest(name: string, wearers: number, body: (house: House) => Promise<void>): void {
  Deno.test(name, strict, () =>
    withPostgres("oura", async (db) => {
      const users = Array.from({ length: wearers }, (_, n) => `wearer-${n}`);
      const directory = await Deno.makeTempDir({ prefix: "oura-sync-session-" });
      const oura = serveSimulator({ users: users.map((id) => ({ id, zone: "UTC" })), days: 5 });
      try {
        const settings = loadSettings(environmentOf(oura, directory));
        await signIn(settings, db, users);
        const pipeline = shippedPipeline("oura", 3);
        const { signal } = new AbortController();
        const open = (used = db) =>
          openSession({
            settings,
            pipeline,
            db: used,
            apply: true,
            signal,
            // One request after the other, so that the statements of a job are the same each time.
            limits: { concurrency: 1 },
          });
        await body({ db, settings, users, open });
      } finally {
        await oura.close();
        await Deno.remove(directory, { recursive: true });
      }
    }, { migrated: true }));
}

function windowsJob(session: Session, userId: string, more: Partial<WindowsJob> = {}): WindowsJob {
  return {
    kind: "windows",
    wearer: signedIn(session, userId),
    command: "sync",
    demand: { kind: "pending" },
    types: TYPES,
    ...more,
  };
}

interface Statement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The database, with every statement written down on its way. */
function recording(db: Database, statements: Statement[]): Database {
  const note = <Target extends Queryable>(target: Target): Target =>
    new Proxy(target, {
      get(from, name) {
        const value = Reflect.get(from, name);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === "query") {
            const [sql, params = []] = given as [string, unknown[]?];
            statements.push({ sql, params });
          }
          if (name === "transaction") {
            const [body] = given as [(tx: Transaction) => Promise<unknown>];
            return value.call(from, (tx: Transaction) => body(note(tx)));
          }
          return value.apply(from, given);
        };
      },
    });
  return note(db);
}

sessionTest("fifty wearers cost fifty jobs, not fifty starts", 50, async ({ db, users, open }) => {
  const statements: Statement[] = [];
  await using session = await open(recording(db, statements));
  let transformed = 0;
  const compiled = new Map([...session.compiled].map(([name, each]) => {
    const transform = Object.assign((document: unknown) => {
      transformed++;
      return each.transform(document);
    }, each.transform);
    return [name, { ...each, transform }];
  }));
  const counts: number[] = [];
  let documents = 0;
  for (const userId of users) {
    statements.length = 0;
    const report = await runJob({ ...session, compiled }, windowsJob(session, userId));
    assert.equal(report.exitCode, 0, `${report.error?.message}`);
    documents += report.counts.inserted + report.counts.unchanged;
    counts.push(statements.length);
    const grants = statements.filter(({ sql }) => sql.includes("oauth_tokens"));
    assert.ok(grants.length > 0);
    for (const { sql, params } of grants) {
      assert.ok(params.includes(userId), `reads the sign-ins of others: ${sql}`);
    }
    const schema = statements.filter(({ sql }) => /pg_catalog|information_schema/.test(sql));
    assert.deepEqual(schema, [], "the schema is read when the session is opened");
  }
  // A wearer with more workouts does not cost more: a few statements depend on what is there.
  assert.ok(Math.max(...counts.slice(-10)) <= Math.max(...counts.slice(0, 10)), `${counts}`);
  assert.ok(documents > users.length);
  assert.ok(transformed >= documents, "every job uses what the session compiled");
});

sessionTest("jobs of one session may run side by side", 8, async ({ db, users, open }) => {
  await using session = await open();
  const reports = await Promise.all(
    users.map((userId) => runJob(session, windowsJob(session, userId))),
  );
  assert.deepEqual(reports.map(({ exitCode }) => exitCode), users.map(() => 0));
  assert.deepEqual(reports.map(({ userId }) => userId), users);
  const { rows } = await db.query<{ user_id: string; n: number }>(
    "SELECT user_id, count(*)::int AS n FROM oura.daily_sleep GROUP BY user_id ORDER BY user_id",
  );
  const inserted = reports.map(({ userId, types }) => ({
    user_id: userId,
    n: types.find(({ dataType }) => dataType === "daily_sleep")!.counts.inserted,
  }));
  assert.deepEqual(rows, inserted);
});

sessionTest(
  "a bug in the middle of a job leaves no open record",
  1,
  async ({ db, users, open }) => {
    await using session = await open();
    const bug = new TypeError("a bug");
    const onEvent = () => {
      throw bug;
    };
    await assert.rejects(
      runJob(session, windowsJob(session, users[0]!, { onEvent })),
      (error) => error === bug,
    );
    const { rows } = await db.query("SELECT state, error_code FROM oura.sync_runs");
    assert.deepEqual(rows, [{ state: "failed", error_code: "BUG" }]);
    assert.equal((await db.query("SELECT 1 FROM oura.sync_leases")).rowCount, 0);
  },
);

sessionTest(
  "a database that fails before the work leaves the lock file, so that others see a dead process",
  1,
  async ({ db, settings, users, open }) => {
    const lockFiles = async () =>
      (await Array.fromAsync(Deno.readDir(`${settings.dataDirectory}/alive`))).length;
    {
      await using session = await open();
      assert.equal((await runJob(session, windowsJob(session, users[0]!))).exitCode, 0);
    }
    assert.equal(await lockFiles(), 0, "after a good job nothing is left");
    {
      await using session = await open();
      await db.exec("SET default_transaction_read_only = on");
      try {
        await assert.rejects(runJob(session, windowsJob(session, users[0]!)), DatabaseError);
      } finally {
        await db.exec("SET default_transaction_read_only = off");
      }
    }
    assert.equal(await lockFiles(), 1);
  },
);
