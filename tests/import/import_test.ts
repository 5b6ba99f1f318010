import assert from "node:assert/strict";
import { isTimeKey } from "../../config/key.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { createWorld, exportFiles, exportZip } from "../../simulator/mod.ts";
import { forEachDatabase } from "../support/databases.ts";
import { onServerFirst } from "../support/server_first.ts";
import { SOAK } from "../support/soak.ts";
import {
  expected,
  failures,
  shippedPipeline,
  stored,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";
import { importInto, total, withZip } from "./support.ts";

const NOW = "2026-07-30T12:00:00Z";
const USER = "wearer-1";
const world = (days: number) => ({ days, now: NOW, users: [{ id: USER, zone: "Europe/London" }] });

for (const era of ["bare", "quoted"] as const) {
  const register = era === "bare" ? forEachDatabase : onServerFirst;
  register(
    `an archive of the ${era} era is loaded, and again writes nothing`,
    async (db) => {
      // Enough for the first resilience, which is made of two weeks.
      const made = createWorld(world(16));
      await withZip(await exportZip(made, { user: USER, era }), async (path) => {
        const dry = await importInto(db, path, USER, { dryRun: true });
        const first = await importInto(db, path, USER);
        assert.equal(first.error, null);
        assert.equal(total(first, "rejected"), 0);
        assert.ok(total(first, "inserted") > 2_000);
        assert.deepEqual(
          dry.types.map(({ dataType, inserted }) => [dataType, inserted]),
          first.types.map(({ dataType, inserted }) => [dataType, inserted]),
        );
        assert.deepEqual(
          first.ignored.map(({ path, reason }) => [path, reason]),
          [
            ["App Data/futurefeature.csv", "unknown"],
            ["App Data/labtestresult.csv", "sensitive"],
            ["App Data/rawlocation.csv", "never"],
            ["Partner Event Store/events.ndjson", "never"],
            ["Subscriptions/account.csv", "never"],
          ],
        );
        for (const type of ["daily_sleep", "sleep", "daily_activity", "workout", "enhanced_tag"]) {
          const here = withoutNulls(await stored(db, type, USER));
          const there = withoutNulls(expected(made, type, USER, "2020-01-01", "2026-08-01"));
          assert.ok(here.length > 0, type);
          const other = here.findIndex((document, i) => document !== there[i]);
          assert.deepEqual([here.length, other], [there.length, -1], type);
        }
        const again = await importInto(db, path, USER);
        for (const name of ["inserted", "updated", "kept", "rejected"] as const) {
          assert.equal(total(again, name), 0, name);
        }
        const { rows: [count] } = await db.query<{ n: number }>(
          "SELECT count(*)::int AS n FROM oura.document_revisions",
        );
        assert.equal(count!.n, 0);
      });
    },
    { applied: true },
  );
}

/** An empty cell is null where the API omits a field or has an empty text: the same thing. */
function withoutNulls(documents: ReadonlySet<string>): string[] {
  return [...documents].map((text) =>
    JSON.stringify(Object.fromEntries(
      Object.entries(JSON.parse(text)).filter(([, value]) => value !== null && value !== ""),
    ))
  ).sort();
}

/** A year in the soak. */
const DAYS = SOAK ? 365 : 8;

/** A digest of each data table and series, without what says when a row was written. */
async function digests(db: Database, pipeline: Pipeline): Promise<string[]> {
  const texts: string[] = [];
  for (const { table, key, series } of pipeline.types) {
    const number = isTimeKey(key) ? " - 'id'" : "";
    for (const name of [table, ...series.map((each) => each.name)]) {
      const { rows: [found] } = await db.query<{ count: number; digest: string }>(
        `SELECT count(*)::int AS count, md5(string_agg(row, ',' ORDER BY row)) AS digest
        FROM (SELECT (to_jsonb(t) - 'created_at' - 'updated_at'${number})::text AS row
          FROM oura.${q(name)} AS t) AS rows`,
      );
      texts.push(`${name} ${found!.count} ${found!.digest}`);
    }
  }
  return texts;
}

onServerFirst(`sync then import equals import then sync, over ${DAYS} days`, async (db) => {
  await withSimulator(world(DAYS), async (simulator) => {
    const zip = await exportZip(simulator.world, { user: USER, era: "quoted" });
    const pipeline = shippedPipeline(db.schema, DAYS + 5);
    const syncAll = async () =>
      assert.deepEqual(failures(await syncWearer(simulator, db, USER, { pipeline })), []);
    await withZip(zip, async (path) => {
      simulator.world.advance("PT6H");
      await syncAll();
      const late = await importInto(db, path, USER, { pipeline });
      assert.equal(late.error, null);
      assert.equal(total(late, "updated"), 0, "the API was read after the export");
      const syncFirst = await digests(db, pipeline);
      const rowsOf = (table: string) =>
        Number(syncFirst.find((text) => text.startsWith(`${table} `))!.split(" ")[1]);
      for (const table of ["daily_sleep", "sleep", "sleep_hrv", "activity_met", "step_count"]) {
        assert.ok(rowsOf(table) >= DAYS * 0.8, table);
      }
      const tables = [
        ...pipeline.types.flatMap(({ table, series }) => [table, ...series.map((s) => s.name)]),
        ..."sync_windows account_imports document_revisions".split(" "),
      ];
      for (const table of tables) await db.query(`DELETE FROM oura.${table}`);
      await importInto(db, path, USER, { pipeline });
      await syncAll();
      assert.deepEqual(await digests(db, pipeline), syncFirst);
    });
  });
}, { applied: true });

onServerFirst("the later observation wins, and an unknown field stays", async (db) => {
  const header = "id;contributors;day;score;timestamp\n";
  const line = (score: string) =>
    `a1;{"deep_sleep": 80};2026-07-01;${score};2026-07-01T00:00:00+00:00\n`;
  const load = async (text: string, exportedAt: string) => {
    let score: unknown;
    await withZip(new Map([["App Data/dailysleep.csv", text]]), async (path) => {
      await importInto(db, path, USER, { exportedAt: new Date(exportedAt) });
      const { rows } = await db.query<{ score: number; raw_data: Record<string, unknown> }>(
        "SELECT score, raw_data FROM oura.daily_sleep",
      );
      assert.equal(rows.length, 1);
      score = [rows[0]!.score, rows[0]!.raw_data.timestamp !== undefined];
    });
    return score;
  };
  assert.deepEqual(await load(header + line("70"), "2026-07-10"), [70, true]);
  assert.deepEqual(await load(header + line("60"), "2026-07-05"), [70, true], "an older export");
  const short = "id;day;score\na1;2026-07-01;75\n";
  assert.deepEqual(await load(short, "2026-07-12"), [75, true], "a column that is missing");
  assert.deepEqual(await load("id;day;score;timestamp\na1;2026-07-01;;\n", "2026-07-14"), [
    null,
    true,
  ]);
}, { applied: true });

onServerFirst(
  "a document under another id is found by its natural key, one to one",
  async (db) => {
    const file = (ids: string[]) =>
      new Map([[
        "dailysleep.csv",
        "id;day;score\n" + ids.map((id, i) => `${id};2026-07-0${i + 1};7${i}\n`).join(""),
      ]]);
    await withZip(file(["a", "b", "c"]), async (path) => {
      await importInto(db, path, USER);
    });
    await withZip(file(["x", "b", "z"]), async (path) => {
      const report = await importInto(db, path, USER);
      assert.equal(report.types[0]!.idsDiffer, 2);
      assert.equal(total(report, "inserted"), 0);
    });
  },
  { applied: true },
);

onServerFirst("another person's archive is refused before anything is written", async (db) => {
  const file = (prefix: string) =>
    new Map([[
      "dailysleep.csv",
      "id;day;score\n" + [1, 2, 3, 4, 5].map((n) => `${prefix}${n};2026-07-0${n};70\n`).join(""),
    ]]);
  await withZip(file("mine"), async (path) => {
    await importInto(db, path, USER);
  });
  await withZip(file("other"), async (path) => {
    await assert.rejects(importInto(db, path, USER), { code: "OTHER_WEARER" });
    assert.equal((await importInto(db, path, "me")).error, null);
  });
}, { applied: true });

onServerFirst(
  "bad rows are rejected with file and line, and the others are loaded",
  async (db) => {
    const made = createWorld(world(3));
    const files = exportFiles(made, { user: USER, era: "bare" });
    files.set(
      "App Data/dailysleep.csv",
      "\uFEFFid;contributors;day;score;timestamp\r\n" +
        'a1;{"deep_sleep": 80};2026-07-01;80;2026-07-01T00:00:00+00:00\n' +
        "a2;{'deep_sleep': None};2026-07-02;null;2026-07-02T00:00:00+00:00\r\n" +
        ";;;;\n\n" +
        "a3;;not a day;70;\n" +
        "a4;;2026-07-04;71\n" +
        "2026-07-05;72;\n" +
        "a6;;2026-07-06;seventy;",
    );
    await withZip(files, async (path) => {
      const report = await importInto(db, path, USER);
      const sleep = report.types.find(({ dataType }) => dataType === "daily_sleep")!;
      assert.deepEqual([sleep.inserted, sleep.rejected], [3, 3]);
      const { rows } = await db.query<{ reason: string }>(
        "SELECT reason FROM oura.rejects ORDER BY reason",
      );
      const reasons = rows.map(({ reason }) => reason).join("\n");
      assert.match(reasons, /App Data\/dailysleep\.csv line 6\)/);
      assert.match(reasons, /App Data\/dailysleep\.csv line 8\)/);
      assert.match(reasons, /App Data\/dailysleep\.csv line 9\)/);
      assert.doesNotMatch(reasons, /seventy|not a day/);
    });
  },
  { applied: true },
);

onServerFirst("the figures of a series follow an import", async (db) => {
  const line = (id: string, day: string, items: number[]) => {
    const timestamp = `${day}T04:00:00+00:00`;
    return `${id};${day};${timestamp};${JSON.stringify({ interval: 60, items, timestamp })}\n`;
  };
  const load = async (lines: string[], exportedAt: string) => {
    const text = `id;day;timestamp;met\n${lines.join("")}`;
    await withZip(new Map([["App Data/dailyactivity.csv", text]]), async (path) => {
      const report = await importInto(db, path, USER, { exportedAt: new Date(exportedAt) });
      assert.equal(total(report, "rejected"), 0);
    });
    const { rows } = await db.query<{ mean: number }>(
      "SELECT mean FROM oura.series_documents WHERE series = 'activity_met' ORDER BY document_id",
    );
    return rows.map(({ mean }) => mean);
  };
  const first = line("a1", "2026-07-01", [1, 2]);
  assert.deepEqual(await load([first], "2026-07-10"), [1.5]);
  const [changed, added] = [line("a1", "2026-07-01", [3]), line("a2", "2026-07-20", [4])];
  assert.deepEqual(await load([changed, added], "2026-07-25"), [3, 4]);
}, { applied: true });

/** So many samples, of which those of some places have another value. */
function heartRate(count: number, changed: readonly number[] = []): Map<string, string> {
  const line = (n: number) => {
    const at = new Date(Date.UTC(2026, 6, 1) + n * 60_000).toISOString();
    return `${at};${changed.includes(n) ? 99 : 60};awake\n`;
  };
  const lines = Array.from({ length: count }, (_, n) => line(n)).join("");
  return new Map([["heartrate.csv", `timestamp;bpm;source\n${lines}`]]);
}

forEachDatabase(
  "the later observation wins for samples too, however many there are",
  async (db) => {
    const load = async (files: Map<string, string>, exportedAt: string) => {
      let counts: readonly number[] = [];
      await withZip(files, async (path) => {
        const options = { exportedAt: new Date(exportedAt) };
        const { types: [type] } = await importInto(db, path, USER, options);
        counts = [type!.inserted, type!.updated, type!.unchanged, type!.kept];
      });
      const { rows: [sum] } = await db.query<{ n: number; bpm: number }>(
        `SELECT (SELECT sum(samples)::int FROM oura.heart_rate_hours) AS n, sum(bpm)::int AS bpm
      FROM oura.heart_rate`,
      );
      assert.equal(sum!.n, counts.reduce((total, count) => total + count), "the hours follow");
      return [...counts, sum!.bpm];
    };
    assert.deepEqual(await load(heartRate(1_000), "2026-07-20"), [1_000, 0, 0, 0, 60_000]);
    const more = heartRate(2_000, [3, 500]);
    assert.deepEqual(
      await load(more, "2026-07-10"),
      [1_000, 0, 998, 2, 120_000],
      "an older export",
    );
    assert.deepEqual(await load(more, "2026-07-25"), [0, 2, 1_998, 0, 120_078], "a newer export");
    assert.deepEqual(await load(heartRate(3_000, [3, 500]), "2026-07-26"), [
      1_000,
      0,
      2_000,
      0,
      180_078,
    ]);
  },
  { applied: true },
);
