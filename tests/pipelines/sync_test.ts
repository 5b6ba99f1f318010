import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { type RunningSimulator, TYPE_NAMES } from "../../simulator/mod.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";
import { onServerFirst } from "../support/server_first.ts";
import { SOAK } from "../support/soak.ts";
import {
  assertMirrors,
  failures,
  servedTypes,
  shippedPipeline,
  stored,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";

const NOW = "2026-03-29T09:40:00Z";
/** More than the look-back. */
const DAYS = SOAK ? 20 : 9;
const WEST_ZERO_EAST = [
  { id: "west", zone: "-10:00" },
  { id: "zero", zone: "UTC" },
  { id: "east", zone: "+13:00" },
];

forEachDatabase(
  "sync() lands every document of all 19 types, west, at and east of UTC, and later what is new",
  async (db, t) => {
    // PGlite takes several times the work of a server for the same wearer.
    const isShort = db.kind === "pglite" && !SOAK;
    const users = isShort ? WEST_ZERO_EAST.slice(-1) : WEST_ZERO_EAST;
    await withSimulator({ users, days: 60, now: NOW }, async (simulator) => {
      const pipeline = shippedPipeline(db.schema, DAYS);
      assert.equal(servedTypes(pipeline).length, 19);
      for (const { id } of users) {
        const report = await syncWearer(simulator, db, id, { pipeline });
        assert.deepEqual(failures(report), []);
        assert.equal(report.exitCode, 0);
        assert.equal(report.counts.rejected, 0);
        await assertMirrors(db, simulator.world, id, DAYS);
      }
      if (isShort) return;
      await t.step(
        "again at the same time it reports nothing new",
        () => syncAgain(simulator, db, pipeline),
      );
      await t.step(
        "of unchanged data it writes no row of any data table",
        () => syncUnchanged(simulator, db, pipeline),
      );
      await t.step(
        "a day later it brings what is new, revised or gone, and no more",
        () => syncADayLater(simulator, db, pipeline),
      );
    });
  },
  { applied: true },
);

async function syncAgain(simulator: RunningSimulator, db: Database, pipeline: Pipeline) {
  const again = await syncWearer(simulator, db, "zero", { pipeline });
  assert.deepEqual(
    { inserted: again.counts.inserted, updated: again.counts.updated, exit: again.exitCode },
    { inserted: 0, updated: 0, exit: 0 },
  );
  assert.ok(again.counts.unchanged > 0, "the look-back was read again");
}

/** The header of each row tells every write, and every row lock, which statistics do not. */
async function headers(db: Database): Promise<string[]> {
  const seen: string[] = [];
  for (const table of TYPE_NAMES) {
    const { rows } = await db.query<{ trace: string }>(
      `SELECT md5(string_agg(ctid::text || xmin::text || xmax::text, ',' ORDER BY ctid)) AS trace
        FROM oura.${quoteIdentifier(table)}`,
    );
    seen.push(`${table} ${rows[0]!.trace}`);
  }
  return seen;
}

async function syncUnchanged(simulator: RunningSimulator, db: Database, pipeline: Pipeline) {
  const before = await headers(db);
  const demand = { kind: "everything" } as const;
  const { counts } = await syncWearer(simulator, db, "zero", { pipeline, demand });
  assert.ok(counts.unchanged > 0, "everything was read again");
  assert.deepEqual(await headers(db), before);
}

async function syncADayLater(simulator: RunningSimulator, db: Database, pipeline: Pipeline) {
  const before = await stored(db, "daily_sleep", "zero");
  simulator.world.advance("P1D");
  for (const { id } of WEST_ZERO_EAST) {
    const report = await syncWearer(simulator, db, id, { pipeline });
    assert.deepEqual(failures(report), []);
    assert.ok(report.counts.inserted > 0, "a day has passed");
    assert.ok(report.counts.inserted < report.counts.unchanged, "only the new is new");
    await assertMirrors(db, simulator.world, id, DAYS);
  }
  assert.ok((await stored(db, "daily_sleep", "zero")).size > before.size - 1);
}

onServerFirst("sync() goes on with the other types when one is refused", async (db) => {
  const users = [{
    id: "narrow",
    zone: "UTC",
    scopes: ["email", "personal", "daily", "heartrate"],
  }];
  await withSimulator({ users, days: 30, now: NOW }, async (simulator) => {
    const report = await syncWearer(simulator, db, "narrow", {
      pipeline: shippedPipeline(db.schema, 5),
    });
    const failed = report.types.filter(({ state }) => state === "failed").map(({ dataType }) =>
      dataType
    );
    assert.ok(failed.includes("workout"));
    assert.ok(!failed.includes("daily_sleep"));
    assert.equal(report.exitCode, 4);
    assert.match(report.error!.message, /workout/);
    assert.ok((await stored(db, "daily_sleep", "narrow")).size > 0);
    assert.ok((await stored(db, "heart_rate", "narrow")).size > 0);
  });
}, { applied: true });

onServerFirst("sync() leaves out types whose scope is known not to be granted", async (db) => {
  await withSimulator({ users: 1, days: 30, now: NOW }, async (simulator) => {
    const { id } = simulator.world.wearers[0]!;
    const { OuraHttp } = await import("../../lib/oura/http/http.ts");
    const { staticToken } = await import("../../simulator/mod.ts");
    const token = staticToken(id);
    const http = new OuraHttp({
      baseUrl: simulator.url,
      tokens: {
        accessToken: () => Promise.resolve(token),
        refresh: () => Promise.resolve(null),
        scopes: new Set(["daily"]),
      },
    });
    const report = await syncWearer(simulator, db, id, {
      http,
      pipeline: shippedPipeline(db.schema, 3),
    });
    const of = (name: string) => report.types.find(({ dataType }) => dataType === name)!;
    assert.equal(report.exitCode, 0);
    assert.equal(of("daily_sleep").state, "done");
    const workout = of("workout");
    assert.ok(workout.state === "skipped");
    assert.match(workout.reason, /scope "workout"/);
  });
}, { applied: true });

onServerFirst("sync() of a wearer without membership says so and exits 4", async (db) => {
  const users = [{ id: "lapsed", zone: "UTC", membership: false, ring: "gen3" as const }];
  await withSimulator({ users, days: 30, now: NOW }, async (simulator) => {
    const report = await syncWearer(simulator, db, "lapsed", {
      pipeline: shippedPipeline(db.schema, 3),
    });
    assert.equal(report.error?.code, "OURA_MEMBERSHIP");
    assert.equal(report.exitCode, 4);
  });
}, { applied: true });

onServerFirst("a dry run requests nothing and writes nothing", async (db) => {
  await withSimulator({ users: 1, days: 30, now: NOW }, async (simulator) => {
    const { id } = simulator.world.wearers[0]!;
    const report = await syncWearer(simulator, db, id, { dryRun: true });
    assert.equal(report.traffic.requests, 0);
    assert.ok(report.types.every(({ windows }) => windows.total > 0 && windows.done === 0));
    const { rows } = await db.query("SELECT 1 FROM oura.sync_runs");
    assert.equal(rows.length, 0);
  });
}, { applied: true });

onServerFirst(
  "sync() of types whose scopes are missing blames neither token nor membership",
  async (db) => {
    const users = [{ id: "narrow", zone: "UTC", scopes: ["daily"] }];
    await withSimulator({ users, days: 30, now: NOW }, async (simulator) => {
      const report = await syncWearer(simulator, db, "narrow", {
        pipeline: shippedPipeline(db.schema, 3),
        types: ["workout", "session"],
      });
      assert.deepEqual({ code: report.error?.code, exit: report.exitCode }, {
        code: "TYPES_FAILED",
        exit: 4,
      });
    });
  },
  { applied: true },
);

onServerFirst("sync() with a token that Oura refuses everywhere exits 3", async (db) => {
  await withSimulator({ users: 1, days: 30, now: NOW }, async (simulator) => {
    const report = await syncWearer(simulator, db, "nobody-of-this-world", {
      pipeline: shippedPipeline(db.schema, 3),
      types: ["daily_sleep", "workout"],
    });
    assert.deepEqual({ code: report.error?.code, exit: report.exitCode }, {
      code: "OURA_TOKEN_REFUSED",
      exit: 3,
    });
  });
}, { applied: true });

const GARBLED = ["daily_activity", "daily_readiness", "daily_sleep", "sleep", "workout"];

onServerFirst("sync() goes on with the other types when several are broken", async (db) => {
  await withSimulator({ users: 1, days: 10, now: NOW }, async (simulator) => {
    const match = `usercollection/(${GARBLED.join("|")})\\?`;
    simulator.simulator.faults.add({ kind: "status", match, status: 500 });
    const { id } = simulator.world.wearers[0]!;
    for (const concurrency of [1, 4]) {
      const report = await syncWearer(simulator, db, id, {
        pipeline: shippedPipeline(db.schema, 3),
        concurrency,
      });
      const failed = report.types.filter(({ state }) => state === "failed");
      assert.deepEqual(failed.map(({ dataType }) => dataType).toSorted(), GARBLED);
      assert.equal(report.exitCode, 4);
    }
  });
}, { applied: true });

Deno.test("sync() tries no other type when Oura itself is gone", async () => {
  await withPostgres("oura", async (db) => {
    await withSimulator({ users: 1, days: 10, now: NOW }, async (simulator) => {
      simulator.simulator.faults.add({ kind: "status", match: "usercollection", status: 503 });
      const { id } = simulator.world.wearers[0]!;
      const request = { retries: 0 };
      const pipeline = shippedPipeline(db.schema, 3);
      const report = await syncWearer(simulator, db, id, { pipeline, request, concurrency: 1 });
      assert.equal(report.exitCode, 6);
      assert.equal(report.traffic.requests, 4, "three data types, and the last question");
    });
  }, { applied: true });
});

Deno.test("sync() does not wait for Oura to tell that the database refuses", async () => {
  await withPostgres("oura", async (db) => {
    await withSimulator({ users: 1, days: 10, now: NOW }, async (simulator) => {
      await db.exec(
        `CREATE FUNCTION oura.refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$BEGIN RAISE EXCEPTION 'read-only' USING ERRCODE = '25006'; END$$;
        CREATE TRIGGER refuse BEFORE INSERT ON oura.heart_rate
          FOR EACH STATEMENT EXECUTE FUNCTION oura.refuse()`,
      );
      // Longer than any test may take; within the patience of a run.
      const rule = { kind: "rateLimit", match: "heartrate.*next_token", seconds: 600 } as const;
      simulator.simulator.faults.add({ ...rule, after: 2 });
      const { id } = simulator.world.wearers[0]!;
      const report = await syncWearer(simulator, db, id, {
        pipeline: shippedPipeline(db.schema, 5),
        types: ["heart_rate"],
        // One window, whose first batch is full after three pages.
        concurrency: 1,
      });
      assert.equal(report.error?.code, "DATABASE_READ_ONLY");
      assert.ok(simulator.simulator.stats.requests < 6, "the page after the batch was asked for");
    });
  }, { applied: true });
});
