import assert from "node:assert/strict";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { SqlError } from "../../lib/db/driver/errors/errors.ts";
import { isTableTrouble } from "../../lib/db/driver/errors/error_reach.ts";
import { TableTroubleError } from "../../pipelines/errors.ts";
import { withPostgres } from "../support/databases.ts";
import { onServerFirst } from "../support/server_first.ts";
import {
  assertMirrors,
  shippedPipeline,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";

const WORLD = { users: [{ id: "zero", zone: "UTC" }], days: 30, now: "2026-03-29T09:40:00Z" };
const DAYS = 10;

/** What a user can do to a table of theirs, how to take it back, and what the error names. */
const TROUBLES: readonly { name: string; sql: string; undo: string; says: RegExp; code: string }[] =
  [{
    name: "a NOT NULL column of the user's",
    sql: "ALTER TABLE oura.daily_sleep ADD note text NOT NULL",
    undo: "ALTER TABLE oura.daily_sleep ALTER note DROP NOT NULL",
    says: /table daily_sleep, column note/,
    code: "DATABASE_CONSTRAINT",
  }, {
    name: "a CHECK constraint of the user's",
    sql: "ALTER TABLE oura.daily_sleep ADD CONSTRAINT mine CHECK (day > '2030-01-01')",
    undo: "ALTER TABLE oura.daily_sleep DROP CONSTRAINT mine",
    says: /table daily_sleep.*mine/,
    code: "DATABASE_CONSTRAINT",
  }, {
    name: "a trigger of the user's, whose text quotes the row",
    sql: `CREATE FUNCTION oura.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION 'no %', NEW.id; END$$;
      CREATE TRIGGER refuse BEFORE INSERT ON oura.daily_sleep
        FOR EACH ROW EXECUTE FUNCTION oura.refuse()`,
    undo: "DROP FUNCTION oura.refuse CASCADE",
    says: /table daily_sleep.*a trigger or function of the database raised an exception/,
    code: "DATABASE_TRIGGER",
  }];

for (const { name, sql, undo, says, code } of TROUBLES) {
  onServerFirst(`sync(): ${name} fails its type only`, async (db) => {
    await withSimulator(WORLD, async (simulator) => {
      const pipeline = shippedPipeline(db.schema, DAYS);
      await db.exec(sql);
      const report = await syncWearer(simulator, db, "zero", { pipeline });
      const failed = report.types.filter(({ state }) => state === "failed");
      assert.deepEqual(failed.map(({ dataType }) => dataType), ["daily_sleep"]);
      assert.equal(report.exitCode, 4);
      const error = failed[0]!.error!;
      assert.equal(error.code, code);
      assert.match(error.message, says);
      assert.ok(error.hint);
      assert.ok(
        report.types.every(({ state, windows }) =>
          state === "failed" || windows.done === windows.total
        ),
      );

      await db.exec(undo);
      assert.equal((await syncWearer(simulator, db, "zero", { pipeline })).exitCode, 0);
      await assertMirrors(db, simulator.world, "zero", DAYS);
    });
  });
}

Deno.test("sync(): a column whose type changes while samples are copied fails its type, and is corrected", async () => {
  await withPostgres("oura", async (db) => {
    await migrate(db);
    await withSimulator(WORLD, async (simulator) => {
      const pipeline = shippedPipeline(db.schema, WORLD.days - 1);
      const copyIn = db.copyIn!.bind(db);
      let copies = 0;
      db.copyIn = async (sql, lines) => {
        // Four bytes as well, so that the server takes them for a fraction.
        if (++copies === 2) await db.exec("ALTER TABLE oura.heart_rate ALTER bpm TYPE real");
        await copyIn(sql, lines);
      };
      const types = ["heart_rate"];
      const [failed] = (await syncWearer(simulator, db, "zero", { pipeline, types })).types;
      assert.ok(copies > 2, `${copies} copies`);
      assert.equal(failed!.state, "failed");
      assert.match(failed!.error!.message, /the type of a column was changed/);
      const wrong = `SELECT count(*)::int AS n FROM oura.heart_rate
        WHERE bpm IS DISTINCT FROM (raw_data->>'bpm')::int`;
      assert.notDeepEqual((await db.query(wrong)).rows, [{ n: 0 }], "else nothing is to correct");

      assert.equal((await syncWearer(simulator, db, "zero", { pipeline, types })).exitCode, 0);
      assert.deepEqual((await db.query(wrong)).rows, [{ n: 0 }]);
    });
  });
});

Deno.test("only what every table would meet is the server's trouble", () => {
  const failure = (sqlState: string | null) =>
    new SqlError("DATABASE_REFUSED", "x", { sqlState, retryable: false });
  for (const state of ["08006", "25006", "28P01", "3D000", "53100", "57P01", "58030", "XX000"]) {
    assert.ok(!isTableTrouble(failure(state)), state);
  }
  for (const state of ["22P05", "23502", "40P01", "42501", "42703", "55P03", "57014", "P0001"]) {
    assert.ok(isTableTrouble(failure(state)), state);
  }
  assert.ok(!isTableTrouble(failure(null)), "no answer");
  assert.ok(!isTableTrouble(new TypeError("a bug")));
});

onServerFirst("sync(): trouble that every table has is the database's", async (db) => {
  await withSimulator(WORLD, async (simulator) => {
    const pipeline = shippedPipeline(db.schema, DAYS);
    const types = ["daily_sleep", "daily_stress"];
    for (const table of types) {
      await db.exec(`ALTER TABLE oura.${table} ADD note text NOT NULL`);
    }
    const report = await syncWearer(simulator, db, "zero", { pipeline, types });
    assert.equal(report.exitCode, 5);
    assert.ok(!(report.error instanceof TableTroubleError));
  });
});
