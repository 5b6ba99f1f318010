/** What the shared budget costs a sync, what it does when the database refuses it, and who goes first. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { budgetsLeft } from "../../lib/db/store/budget.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { appName } from "../../pipelines/sync/app_budget.ts";
import { runJob } from "../../pipelines/sync/job.ts";
import { openSession } from "../../pipelines/sync/session.ts";
import { signedIn } from "../../pipelines/sync/wearers.ts";
import { onServerFirst } from "../support/server_first.ts";
import { shippedPipeline, withSimulator } from "../support/sync_world.ts";
import { syncHere, withSettings } from "./support.ts";

const ONE = { users: [{ id: "one", zone: "UTC" }], days: 10 };
const TWO = { users: ["one", "two"].map((id) => ({ id, zone: "UTC" })), days: 10 };
/** So long that no portion expires during a test on a busy machine. */
const SIZE = { requests: 5_000, perMs: 3_000_000 };

/** The database, with the statements on the budget written down. */
function watching(db: Database, seen: string[]): Database {
  return new Proxy(db, {
    get(from, name) {
      const value = Reflect.get(from, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (name === "query" && String(given[0]).includes("rate_budget")) seen.push(`${given[0]}`);
        return value.apply(from, given);
      };
    },
  });
}

const budgetRows = (db: Database) => db.query("SELECT * FROM oura.rate_budget");

onServerFirst("a sync with nothing new pays one statement for the budget", async (db) => {
  await withSimulator(ONE, (oura) =>
    withSettings(oura, db, async (settings) => {
      await syncHere(settings, db, { budget: SIZE });
      const seen: string[] = [];
      const before = oura.stats.requests;
      const [report] = await syncHere(settings, watching(db, seen), { budget: SIZE });
      assert.equal(report!.exitCode, 0);
      assert.ok(oura.stats.requests - before >= 15);
      assert.equal(seen.length, 1);
      const left = (await budgetsLeft(db, SIZE)).get(appName(settings));
      assert.ok(left! <= SIZE.requests - oura.stats.requests, "every request is counted");
    }));
});

onServerFirst("a dry run reserves nothing", async (db) => {
  await withSimulator(ONE, (oura) =>
    withSettings(oura, db, async (settings) => {
      const [report] = await syncHere(settings, db, { dryRun: true });
      assert.equal(report!.exitCode, 0);
      assert.equal((await budgetRows(db)).rowCount, 0);
    }));
});

onServerFirst("a budget that the database refuses ends the sync with exit code 5", async (db) => {
  await withSimulator(ONE, (oura) =>
    withSettings(oura, db, async (settings) => {
      await db.exec("ALTER TABLE oura.rate_budget RENAME TO rate_budget_away");
      try {
        const [report] = await syncHere(settings, db);
        assert.equal(report!.exitCode, 5);
        assert.match(report!.error!.message, /^the rate budget of the app: .*rate_budget/);
        assert.equal(oura.stats.requests, 0);
      } finally {
        await db.exec("ALTER TABLE oura.rate_budget_away RENAME TO rate_budget");
      }
      assert.equal((await syncHere(settings, db))[0]!.exitCode, 0);
    }));
});

onServerFirst("a document goes through while a backfill waits for the budget", async (db) => {
  await withSimulator(TWO, (oura) =>
    withSettings(oura, db, async (settings) => {
      // A first sync has more requests than a backfill may spend: 8 of 10.
      const budget = { ...SIZE, requests: 10 };
      const stop = new AbortController();
      const options = {
        settings,
        pipeline: shippedPipeline(db.schema, 3),
        db,
        apply: true,
        limits: { budget },
      };
      await using session = await openSession({ ...options, signal: stop.signal });
      const backfill = runJob(session, {
        kind: "windows",
        wearer: signedIn(session, "one"),
        command: "backfill",
        demand: { kind: "pending" },
        priority: "backfill",
      });
      while (oura.stats.requests < 8) await new Promise((resolve) => setTimeout(resolve, 5));
      const document = (of: typeof session) =>
        runJob(of, {
          kind: "documents",
          wearer: signedIn(of, "two"),
          command: "document",
          documents: [{ dataType: "daily_sleep", documentId: "gone" }],
        });
      const { signal } = new AbortController();
      // In the same process, and in another one.
      assert.equal((await document(session)).exitCode, 0);
      {
        await using other = await openSession({ ...options, signal });
        assert.equal((await document(other)).exitCode, 0);
      }
      assert.equal(oura.stats.requests, 10);
      assert.equal(oura.stats.byPath["/v2/usercollection/daily_sleep/gone"], 2);
      stop.abort(new InterruptedError("SIGTERM"));
      assert.equal((await backfill).error?.code, "INTERRUPTED");
    }));
});

onServerFirst("a 429 of one process holds back another one", async (db) => {
  await withSimulator(TWO, (oura) =>
    withSettings(oura, db, async (settings) => {
      oura.simulator.faults.add({ kind: "rateLimit", seconds: 120, times: 1 });
      // It does not wait that long; what it was told holds for all the same.
      const types = ["daily_sleep"];
      const first = await syncHere(settings, db, {
        types,
        patienceMs: 1_000,
        wearers: { userId: "one" },
      });
      assert.equal(first[0]!.exitCode, 6);
      assert.equal(oura.stats.requests, 1);
      const second = await syncHere(settings, db, {
        types,
        patienceMs: 1_000,
        wearers: { userId: "two" },
      });
      assert.equal(second[0]!.error?.code, "OURA_RATE_LIMITED");
      assert.equal(oura.stats.requests, 1, "it asked nothing");
      await db.exec("UPDATE oura.rate_budget SET closed_until = 'epoch'");
      const third = await syncHere(settings, db, { types, wearers: { userId: "two" } });
      assert.equal(third[0]!.exitCode, 0);
    }));
});
