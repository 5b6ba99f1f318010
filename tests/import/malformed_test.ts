/** What readers of real exports met, row by row: loaded as it stands, or rejected with file and line. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { forEachDatabase } from "../support/databases.ts";
import { importInto, withZip } from "./support.ts";

const USER = "wearer-1";

interface Loaded {
  /** Inserted, rejected, samples without a value. */
  readonly counts: readonly [number, number, number];
  readonly rows: readonly Record<string, unknown>[];
  /** Lines of the rejects. */
  readonly lines: readonly number[];
}

/** Loads one file, and reads what became of it. */
async function load(
  db: Database,
  file: string,
  text: string,
  table: string,
  select: string,
): Promise<Loaded> {
  const loaded: Loaded[] = [];
  await withZip(new Map([[`App Data/${file}.csv`, text]]), async (path) => {
    const report = await importInto(db, path, USER);
    const { inserted = 0, rejected = 0, empty = 0 } = report.types[0] ?? {};
    const { rows } = await db.query(`SELECT ${select} FROM oura.${table} ORDER BY 1`);
    const { rows: rejects } = await db.query<{ reason: string }>(
      "SELECT reason FROM oura.rejects WHERE data_type = $1 ORDER BY id",
      [table],
    );
    const lines = rejects.map(({ reason }) => Number(/ line (\d+)\)$/.exec(reason)?.[1]));
    loaded.push({ counts: [inserted, rejected, empty], rows, lines });
  });
  return loaded[0]!;
}

forEachDatabase(
  "cells that are missing at the end are empty, at the start they take the key along",
  async (db) => {
    const header = "id;day;pulse_wave_velocity;vascular_age\n";
    const { counts, rows, lines } = await load(
      db,
      "dailycardiovascularage",
      `${header}2026-07-01;7.5;40\na2;2026-07-02;7.1\na3;x\n2026-07-04;7\n`,
      "daily_cardiovascular_age",
      "day, id, vascular_age",
    );
    assert.deepEqual(rows, [
      { day: "2026-07-02", id: "a2", vascular_age: null },
    ]);
    assert.deepEqual(counts, [1, 3, 0]);
    assert.deepEqual(lines, [2, 4, 5]);
  },
);

forEachDatabase(
  "a row with too many cells is loaded only if the last ones are empty",
  async (db) => {
    const text = "id;comment;start_day;start_time;tag_type_code\n" +
      "a1;fine;2026-07-01;2026-07-01T08:00:00Z;tag_a;;\n" +
      "a2;one; two;2026-07-01;2026-07-01T09:00:00Z;tag_a\n" +
      'a3;"one; two";2026-07-01;2026-07-01T10:00:00Z;tag_a\n';
    const { counts, rows, lines } = await load(
      db,
      "enhancedtag",
      text,
      "enhanced_tag",
      "id, comment",
    );
    assert.deepEqual(rows, [{ id: "a1", comment: "fine" }, { id: "a3", comment: "one; two" }]);
    assert.deepEqual(counts, [2, 1, 0]);
    assert.deepEqual(lines, [3]);
  },
);

forEachDatabase("a line that stands whole in quotes is the line within them", async (db) => {
  const { counts, rows } = await load(
    db,
    "dailyspo2",
    "id;breathing_disturbance_index;day;spo2_percentage\r\n" +
      '"a1;3;2026-07-01;{""average"": 97.2}"\r\n',
    "daily_spo2",
    "id, day, (raw_data #>> '{spo2_percentage,average}')::float8 AS average",
  );
  assert.deepEqual(rows, [{ id: "a1", day: "2026-07-01", average: 97.2 }]);
  assert.deepEqual(counts, [1, 0, 0]);
});

forEachDatabase("words for nothing are null, but in free text", async (db) => {
  const { rows } = await load(
    db,
    "enhancedtag",
    "id;comment;end_day;start_day;start_time;tag_type_code\n" +
      "a1;null;None;2026-07-01;2026-07-01T08:00:00Z;null\n",
    "enhanced_tag",
    "id, comment, end_day",
  );
  assert.deepEqual(rows, [{ id: "a1", comment: "null", end_day: null }]);
  const sleep = await load(
    db,
    "dailysleep",
    "id;contributors;day;score\nb1;nan;2026-07-01;NaN\nb2;{'deep_sleep': None};2026-07-02;80.0\n",
    "daily_sleep",
    "id, score, raw_data -> 'contributors' AS contributors",
  );
  assert.deepEqual(sleep.rows, [
    { id: "b1", score: null, contributors: null },
    { id: "b2", score: 80, contributors: { deep_sleep: null } },
  ]);
});

forEachDatabase("samples without a value have no row, and stop nothing", async (db) => {
  const heart = await load(
    db,
    "heartrate",
    "timestamp;bpm;source\n2026-07-01T00:00:00Z;;awake\n2026-07-01T00:01:00Z;61;awake\n" +
      "2026-07-01T00:02:00Z;61.5;awake\nnot a time;62;awake\n2026-07-01T00:03:00Z;63;\n",
    "heart_rate",
    "bpm",
  );
  assert.deepEqual(heart.rows, [{ bpm: 61 }]);
  assert.deepEqual([...heart.lines], [4, 5, 6]);
  const stress = await load(
    db,
    "daytimestress",
    "timestamp;recovery_value;stress_value\n2026-07-01T00:00:00Z;;\n2026-07-01T00:15:00Z;5;\n" +
      "2026-07-01T02:30:00.000+02:00;;7.5\n",
    "daytime_stress",
    '"timestamp", recovery, stress',
  );
  assert.deepEqual(stress.counts, [2, 0, 1]);
  assert.deepEqual(stress.rows.map(({ recovery, stress }) => [recovery, stress]), [
    [5, null],
    [null, 7.5],
  ]);
});

forEachDatabase("the same id and the same instant twice are one row", async (db) => {
  const sleep = await load(
    db,
    "dailysleep",
    "id;day;score\na1;2026-07-01;70\na1;2026-07-01;70\n",
    "daily_sleep",
    "id, score",
  );
  assert.deepEqual(sleep.rows, [{ id: "a1", score: 70 }]);
  const steps = "2026-07-01T00:00:00Z;;5\n2026-07-01T02:00:00+02:00;;5\n";
  const count = await load(
    db,
    "stepcount",
    `timestamp;end_time;steps\n${steps}`,
    "step_count",
    "steps",
  );
  assert.deepEqual(count.rows, [{ steps: 5 }]);
});

forEachDatabase("rows in any order, and digits with leading zeros, are kept", async (db) => {
  const { rows } = await load(
    db,
    "stepcount",
    "timestamp;end_time;steps\n2026-07-02T00:00:00Z;1782950460000;5\n2026-07-01T00:00:00Z;;4\n",
    "step_count",
    '"timestamp", steps, end_time',
  );
  assert.deepEqual(rows.map(({ steps }) => steps), [4, 5]);
  assert.deepEqual(rows[1]!.end_time, new Date(1782950460000));
  const digits = "0".repeat(144) + "4".repeat(144);
  const activity = await load(
    db,
    "dailyactivity",
    `id;class_5_min;day\na1;${digits};2026-07-01\n`,
    "daily_activity",
    "raw_data ->> 'class_5_min' AS digits",
  );
  assert.deepEqual(activity.rows, [{ digits }]);
});

forEachDatabase(
  "0 for what was not measured is stored as sent, and is no difference",
  async (db) => {
    const text = (hrv: string) =>
      "id;average_hrv;bedtime_end;bedtime_start;day;type\n" +
      `a1;${hrv};2026-07-01T07:00:00+02:00;2026-06-30T23:00:00+02:00;2026-07-01;rest\n`;
    const hrv = "(raw_data ->> 'average_hrv')::int AS hrv";
    assert.deepEqual((await load(db, "sleepmodel", text("0"), "sleep", hrv)).rows, [{ hrv: 0 }]);
    assert.deepEqual((await load(db, "sleepmodel", text(""), "sleep", hrv)).rows, [{ hrv: 0 }]);
    assert.equal((await db.query("SELECT FROM oura.document_revisions")).rows.length, 0);
  },
);

forEachDatabase("a sample of the future does not make the archive newer", async (db) => {
  const text = "timestamp;skin_temp\n2026-07-01T00:00:00Z;33\n2099-01-01T00:00:00Z;34\n";
  await withZip(new Map([["temperature.csv", text]]), async (path) => {
    const { exportedAt } = await importInto(db, path, USER);
    assert.deepEqual(exportedAt, new Date("2026-07-01T00:00:00Z"));
  });
});

forEachDatabase("empty files, headers alone and lines of delimiters hold nothing", async (db) => {
  for (const text of ["", "id;day;score", "id;day;score\r\n", "id;day;score\n\n;;\n  \n"]) {
    const { counts } = await load(db, "dailysleep", text, "daily_sleep", "id");
    assert.deepEqual([counts[0], counts[2]], [0, 0], JSON.stringify(text));
  }
});

forEachDatabase("a known name with an unknown header is reported, not guessed at", async (db) => {
  const files = new Map([
    ["App Data/dailysleep.csv", "id;day;score\na1;2026-07-01;70\n"],
    ["App Data/heartrate.csv", "time;beats\n2026-07-01T00:00:00Z;61\n2026-07-01T00:01:00Z;62\n"],
    ["App Data/workout.csv", "<html>Sign in</html>\n"],
  ]);
  await withZip(files, async (path) => {
    const report = await importInto(db, path, USER);
    assert.deepEqual(report.types.map(({ dataType }) => dataType), ["daily_sleep"]);
    assert.deepEqual(report.ignored.map(({ path, reason, rows }) => [path, reason, rows]), [
      ["App Data/heartrate.csv", "unknown header", 2],
      ["App Data/workout.csv", "unknown header", 0],
    ]);
    assert.equal((await db.query("SELECT FROM oura.rejects")).rows.length, 0);
  });
});

forEachDatabase(
  "a number that no column holds, and an id with NUL, cost their own rows",
  async (db) => {
    const long = "12345678901234567890";
    const { rows, lines } = await load(
      db,
      "dailysleep",
      "id;day;score;extra;__proto__;\n" +
        `a1;2026-07-01;1e400;;;\na2;2026-07-02;1,5;;;\na3;2026-07-03;${long};;;\n` +
        `a\0;2026-07-04;70;;;\na5;2026-07-05;70;${long};{"day": 1};\n`,
      "daily_sleep",
      "id, raw_data",
    );
    const document = { id: "a5", day: "2026-07-05", score: 70, extra: long };
    assert.deepEqual(rows, [{ id: "a5", raw_data: document }]);
    assert.deepEqual(lines, [2, 3, 4, 5]);
    const activity = await load(
      db,
      "dailyactivity",
      `id;day;target_meters;sedentary_met_minutes\na1;2026-07-01;1e400;${long}\n`,
      "daily_activity",
      "raw_data ->> 'target_meters' AS far, raw_data ->> 'sedentary_met_minutes' AS long",
    );
    assert.deepEqual(activity.rows, [{ far: "1e400", long }]);
    const temperature = await load(
      db,
      "temperature",
      "timestamp;skin_temp\n2026-07-01T00:00:00Z;-1e400\n2026-07-01T00:01:00Z;33.5\n",
      "skin_temperature",
      "skin_temperature AS value",
    );
    assert.deepEqual(temperature.rows, [{ value: 33.5 }]);
  },
);

forEachDatabase("a path that no database stores does not fail its rows", async (db) => {
  const files = new Map([["x\0ü/dailysleep.csv", "id;day;score\na1;2026-07-01;70\na2;never;70\n"]]);
  await withZip(files, async (path) => {
    const report = await importInto(db, path, USER);
    assert.deepEqual(report.types.map(({ inserted, rejected }) => [inserted, rejected]), [[1, 1]]);
    const { rows } = await db.query<{ reason: string }>("SELECT reason FROM oura.rejects");
    assert.match(rows[0]!.reason, /x\?ü\/dailysleep\.csv line 3\)$/);
  });
});

forEachDatabase(
  "of a document that comes twice the first one counts, wherever they are",
  async (db) => {
    const [first, other] = ["a1;2026-07-01;70\n", "a1;2026-07-01;71\n"];
    const header = "id;day;score\n";
    const archives = [
      [["dailysleep.csv", header + first + other + first]],
      [["a/dailysleep.csv", header + first], ["b/dailysleep.csv", header + other + first]],
    ] as const;
    for (const files of archives) {
      await db.exec("DELETE FROM oura.daily_sleep; DELETE FROM oura.rejects");
      await withZip(new Map(files), async (path) => {
        for (const inserted of [1, 0]) {
          const { types: [type] } = await importInto(db, path, USER);
          const { unchanged, updated, kept, rejected } = type!;
          assert.deepEqual([type!.inserted, updated, kept, rejected], [inserted, 0, 0, 1]);
          assert.equal(unchanged, 2 - inserted);
        }
      });
      const { rows } = await db.query("SELECT score FROM oura.daily_sleep");
      assert.deepEqual(rows, [{ score: 70 }]);
      assert.equal((await db.query("SELECT FROM oura.document_revisions")).rows.length, 0);
    }
  },
);
