/** Other processes at work on the same wearer while an archive is imported. */
import assert from "node:assert/strict";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { batchesOf } from "../../pipelines/import/batch/batches.ts";
import { createRowReader, type RowBatch } from "../../pipelines/import/batch/read_rows.ts";
import { openDocuments } from "../../pipelines/import/file/documents.ts";
import { judgeMember } from "../../pipelines/import/files.ts";
import { NaturalKeys } from "../../pipelines/import/natural_keys.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { importInto, total, withZip } from "./support.ts";

const USER = "wearer-1";
const minutes = (count: number) =>
  Array.from(
    { length: count },
    (_, n) => new Date(Date.UTC(2026, 6, 1) + n * 60_000).toISOString(),
  );
const FILES = new Map([
  ["App Data/dailysleep.csv", "id;day;score\na1;2026-07-01;70\n"],
  [
    "App Data/heartrate.csv",
    `timestamp;bpm;source\n${minutes(3_000).map((at) => `${at};60;awake\n`).join("")}`,
  ],
]);

async function count(db: Database, table: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM oura.${table}`);
  return rows[0]!.n;
}

forEachDatabase("a type that a sync holds is skipped, said so, and imported later", async (db) => {
  await withZip(FILES, async (path) => {
    {
      await using _ = await acquireLeases(db, USER, ["heart_rate"], { holder: "a sync" });
      // A holder that may be dead would be waited for.
      const lease = { holder: "import", lifeOf: () => Promise.resolve("alive" as const) };
      const report = await importInto(db, path, USER, { lease });
      assert.equal(report.exitCode, 4);
      assert.equal(report.error?.code, "TYPES_BUSY");
      assert.deepEqual(report.types.map(({ dataType, state }) => [dataType, state]), [
        ["daily_sleep", "done"],
        ["heart_rate", "busy"],
      ]);
      assert.equal(await count(db, "heart_rate"), 0);
      const none = await importInto(db, path, USER, { types: ["heart_rate"], lease });
      assert.deepEqual([none.exitCode, none.error?.code], [75, "ALL_BUSY"]);
    }
    assert.equal((await importInto(db, path, USER)).error, null);
    assert.equal(await count(db, "heart_rate"), 3_000);
  });
});

Deno.test("two imports at once: one loads, the other says so, and nothing is there twice", async () => {
  await withPostgres("oura", async (db) => {
    await withZip(FILES, async (path) => {
      await importInto(db, path, USER, { types: ["daily_sleep"] });
      const both = await Promise.all([importInto(db, path, USER), importInto(db, path, USER)]);
      assert.equal(both.reduce((sum, report) => sum + total(report, "inserted"), 0), 3_000);
      for (const { exitCode } of both) assert.ok([0, 4, 75].includes(exitCode), String(exitCode));
      assert.equal(await count(db, "heart_rate"), 3_000);
    });
  }, { migrated: true });
});

Deno.test("an import that lost its lease writes nothing more", async () => {
  await withPostgres("oura", async (db) => {
    await withZip(FILES, async (path) => {
      let stolen = false;
      const steal = async (tx: Transaction) => {
        if (stolen) return;
        const { rowCount } = await tx.query(
          "UPDATE oura.sync_leases SET holder = 'thief' WHERE data_type = 'heart_rate'",
        );
        stolen = rowCount > 0;
      };
      // The last moment before a batch: another process has taken the lease over.
      const watched: Database = Object.create(db, {
        transaction: {
          value: <T>(body: (tx: Transaction) => Promise<T>) =>
            db.transaction(async (tx) => {
              await steal(tx);
              return await body(tx);
            }),
        },
      });
      const report = await importInto(watched, path, USER);
      const heartRate = report.types.find(({ dataType }) => dataType === "heart_rate")!;
      assert.equal(heartRate.error?.code, "LEASE_LOST");
      assert.equal(report.exitCode, 4);
      assert.equal(await count(db, "heart_rate"), 0);
    });
  }, { migrated: true });
});

/** The batches of a file, cut after so many rows. */
async function batchesIn(path: string, text: string, mostRows?: number): Promise<RowBatch[]> {
  const verdict = judgeMember(path);
  if (verdict.kind !== "load") throw new TypeError(`${path} is not loaded`);
  const type = shippedPipeline().types.find(({ name }) => name === verdict.dataType)!;
  const file = await openDocuments({ path, verdict, open: () => new Blob([text]).stream() }, type);
  const reader = createRowReader(type, createTransform(type), path, true);
  return await Array.fromAsync(batchesOf(file, reader, mostRows));
}

const heartRate = (instants: readonly string[]) =>
  `timestamp;bpm;source\n${
    instants.map((at, n) => `${at};${40 + n % 100};s${9 - n % 10}\n`).join("")
  }`;

Deno.test("samples of one instant are in one batch, however many rows a batch has", async () => {
  const [a, b, c, d] = minutes(4) as [string, string, string, string];
  const batches = await batchesIn("heartrate.csv", heartRate([a, b, b, b, c, c, d]), 2);
  const instants = batches.map(({ samples }) =>
    Array.from({ length: samples!.rows.length }, (_, i) => samples!.rows.instantText(i))
  );
  assert.deepEqual(instants, [[a, b, b, b], [c, c], [d]]);
  const lines = batches.map(({ samples }) => samples!.slice(0, samples!.rows.length));
  assert.deepEqual(lines.flat().map(({ line }) => line), [2, 5, 4, 3, 7, 6, 8]);
});

Deno.test("a file whose samples all have one instant is not one batch", async () => {
  const text = heartRate(Array.from({ length: 5_000 }, () => minutes(1)[0]!));
  const batches = await batchesIn("heartrate.csv", text, 500);
  assert.ok(batches.every(({ lines }) => lines <= 1_500));
  assert.equal(batches.reduce((sum, { lines }) => sum + lines, 0), 5_000);
});

Deno.test("a batch of documents without an instant ends as well", async () => {
  const lengths = async (ids: string[], mostRows?: number) =>
    (await batchesIn(
      "dailysleep.csv",
      `id;day\n${ids.map((id) => `${id};2026-07-01\n`).join("")}`,
      mostRows,
    )).map(({ lines }) => lines);
  assert.deepEqual(await lengths(["a", "b", "c"], 2), [2, 1]);
  assert.deepEqual(await lengths(["a", "b", "c"].map((id) => id.repeat(1_500_000))), [1, 1, 1]);
  const broken = await batchesIn("dailysleep.csv", `id;day\n${";;x\n".repeat(3)}`, 2);
  assert.deepEqual(broken.map(({ misfits }) => misfits.length), [2, 1]);
});

forEachDatabase("samples in any order over years are rolled up", async (db) => {
  const instants = Array.from(
    { length: 1_200 },
    (_, n) => new Date(Date.UTC(2025, 0, 1) + ((n * 7_919) % 1_200) * 7_200_000).toISOString(),
  );
  const text = `timestamp;bpm;source\n${instants.map((at) => `${at};60;awake\n`).join("")}`;
  await withZip(new Map([["heartrate.csv", text]]), async (path) => {
    assert.equal((await importInto(db, path, USER)).error, null);
    const hours = () => count(db, "heart_rate_hours");
    assert.equal(await hours(), 1_200);
    // As an import leaves them that was killed before its end.
    await db.query("DELETE FROM oura.heart_rate_hours");
    await importInto(db, path, USER);
    assert.equal(await hours(), 1_200);
  });
});

Deno.test("a transaction that is run twice matches the same documents by natural key", () => {
  const keys = new NaturalKeys(["day"]);
  keys.add("s1", { day: "2026-07-01" });
  keys.add("s2", { day: "2026-07-01" });
  const take = (id: string) => keys.take(id, { day: "2026-07-01" });
  assert.deepEqual(["z1", "z1", "z2", "z2", "z3"].map(take), ["s1", "s1", "s2", "s2", null]);
});

forEachDatabase("a stopped import ends in both lanes, and again goes on", async (db) => {
  const nights = Array.from({ length: 25_000 }, (_, n) => `b${n};2026-07-02;7\n`).join("");
  const files = new Map([...FILES, ["App Data/dailyspo2.csv", `id;day;score\n${nights}`]]);
  await withZip(files, async (path) => {
    const stop = new AbortController();
    const reason = new InterruptedError("SIGINT");
    let rows = 0;
    const report = await importInto(db, path, USER, {
      signal: stop.signal,
      onRows: (_, count) => {
        rows += count;
        stop.abort(reason);
      },
    });
    assert.equal(report.error, reason);
    assert.ok(rows < 28_001, "not all of it was loaded");
    const { rows: [run] } = await db.query<{ state: string }>("SELECT state FROM oura.sync_runs");
    assert.notEqual(run!.state, "running");
    assert.equal((await importInto(db, path, USER)).error, null);
    assert.deepEqual([await count(db, "heart_rate"), await count(db, "daily_spo2")], [
      3_000,
      25_000,
    ]);
  });
});

Deno.test("a bug in one lane is thrown when the other lane has ended", async () => {
  await withPostgres("oura", async (db) => {
    await withZip(FILES, async (path) => {
      let open = 0;
      const broken: Database = Object.create(db, {
        transaction: {
          value: async <T>(body: (tx: Transaction) => Promise<T>) => {
            open++;
            try {
              return await db.transaction(async (tx) => {
                const result = await body(tx);
                const { rows } = await tx.query("SELECT FROM oura.daily_sleep");
                if (rows.length > 0) throw new RangeError("a bug");
                return result;
              });
            } finally {
              open--;
            }
          },
        },
      });
      await assert.rejects(importInto(broken, path, USER), RangeError);
      assert.equal(open, 0);
    });
  }, { applied: true });
});
