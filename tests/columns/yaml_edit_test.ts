import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { onServerFirst } from "../support/server_first.ts";
import { applyYaml, nights, pending, store, values } from "./support.ts";

const BEFORE = `
daily_sleep:
  columns:
    score: score`;

async function stored(db: Database, types = BEFORE, count = 5) {
  await applyYaml(db, types);
  await store(db, types, "daily_sleep", nights(count));
}

onServerFirst("a line added to the YAML is a column, filled for all history", async (db) => {
  await stored(db);
  const before = await values(db, "daily_sleep", "updated_at");
  const after = `${BEFORE}
    deep_sleep_score: { path: contributors.deep_sleep, type: smallint, index: true }`;
  assert.deepEqual(await pending(db, after), ["add_column", "add_index"]);
  const report = await applyYaml(db, after);
  assert.deepEqual(report.refills.map(({ rows, filled }) => ({ rows, filled })), [
    { rows: 5, filled: 5 },
  ]);
  assert.deepEqual(await values(db, "daily_sleep", "deep_sleep_score"), [11, 12, 13, 14, 15]);
  assert.deepEqual(await values(db, "daily_sleep", "updated_at"), before);
  const comment =
    `SELECT col_description('oura.daily_sleep'::regclass, attnum) AS text FROM pg_attribute
    WHERE attrelid = 'oura.daily_sleep'::regclass AND attname = 'deep_sleep_score'`;
  if (db.schema === "oura") {
    const { rows } = await db.query<{ text: string }>(comment);
    assert.match(rows[0]!.text, /deep sleep.*\(Oura's contributors\.deep_sleep\)/);
  }
  assert.deepEqual(await pending(db, after), []);
}, { otherSchema: true });

onServerFirst("another path fills the same column again", async (db) => {
  await stored(db);
  const after = BEFORE.replace("score: score", "score: contributors.deep_sleep");
  assert.deepEqual(await pending(db, after), ["change_path"]);
  await applyYaml(db, after);
  assert.deepEqual(await values(db, "daily_sleep", "score"), [11, 12, 13, 14, 15]);
  assert.deepEqual(await pending(db, after), []);
});

onServerFirst("another path leaves nothing of the old values", async (db) => {
  await stored(db);
  const after = BEFORE.replace("score: score", "score: contributors.latency");
  await applyYaml(db, after);
  assert.deepEqual(await values(db, "daily_sleep", "score"), [null, null, null, null, null]);
});

onServerFirst("another name for the same path renames the column and its index", async (db) => {
  const types = BEFORE.replace("score: score", "score: { path: score, index: true }");
  await stored(db, types);
  const after = types.replace("score:", "points:");
  assert.deepEqual(await pending(db, after), ["rename_column"]);
  const report = await applyYaml(db, after);
  assert.deepEqual(report.refills, []);
  assert.deepEqual(await values(db, "daily_sleep", "points"), [1, 2, 3, 4, 5]);
  assert.deepEqual(await pending(db, after), []);
});

onServerFirst("a type that every stored value fits is changed without leave", async (db) => {
  const types = BEFORE.replace("score: score", "score: { path: score, index: true }");
  await stored(db, types);
  const after = types.replace("path: score,", "path: score, type: text,");
  await applyYaml(db, after);
  assert.deepEqual(await values(db, "daily_sleep", "score"), ["1", "2", "3", "4", "5"]);
  assert.deepEqual(await pending(db, after), []);
}, { otherSchema: true });

onServerFirst("the type of a column without any values is changed too", async (db) => {
  await applyYaml(db, BEFORE);
  const after = BEFORE.replace("score: score", "score: { path: score, type: text }");
  await applyYaml(db, after);
  assert.deepEqual(await pending(db, after), []);
});

const WORDS = `
daily_sleep:
  columns:
    word: { path: not_in_the_catalog.word, type: text, new_field: true }`;

onServerFirst("a type that some stored values do not fit waits for leave", async (db) => {
  await stored(db, WORDS);
  const after = WORDS.replace("type: text", "type: boolean");
  const report = await applyYaml(db, after);
  assert.deepEqual(report.applied, []);
  const [step] = report.pending;
  assert.equal(step!.kind, "change_type");
  assert.ok("conversion" in step!);
  assert.deepEqual(step.conversion, {
    rows: 5,
    unfit: 5,
    reasons: { "a text is not true or false": 5 },
  });
  assert.deepEqual(await values(db, "daily_sleep", "word"), ["even", "odd", "even", "odd", "even"]);

  await applyYaml(db, after, { allowDestructive: true });
  assert.deepEqual(await values(db, "daily_sleep", "word"), [null, null, null, null, null]);
  assert.deepEqual(await pending(db, after), []);
  const rejects = await values(db, "rejects", "column_name || ' ' || value_type || ': ' || reason");
  assert.equal(rejects.length, 5);
});

onServerFirst("a type changes without raw documents, from the column itself", async (db) => {
  const types = `
daily_sleep:
  keep_raw: false
  history: false
  columns:
    score: score`;
  await stored(db, types);
  await applyYaml(db, types.replace("score: score", "score: { path: score, type: text }"));
  assert.deepEqual(await values(db, "daily_sleep", "score"), ["1", "2", "3", "4", "5"]);
});

onServerFirst("a line removed from the YAML drops the column only with leave", async (db) => {
  const types = `${BEFORE}
    efficiency: { path: contributors.efficiency, index: true }`;
  await stored(db, types);
  const report = await applyYaml(db, BEFORE);
  assert.deepEqual(report.applied, []);
  assert.deepEqual(report.pending.map(({ kind }) => kind), ["drop_column"]);
  assert.deepEqual(await values(db, "daily_sleep", "efficiency"), [90, 90, 90, 90, 90]);
  await applyYaml(db, BEFORE, { allowDestructive: true });
  await assert.rejects(() => values(db, "daily_sleep", "efficiency"), /efficiency/);
  assert.deepEqual(await pending(db, BEFORE), []);
});

onServerFirst("a column that was not declared for a while is filled again", async (db) => {
  const types = `${BEFORE}
    efficiency: contributors.efficiency`;
  await stored(db, types, 2);
  await applyYaml(db, BEFORE);
  await store(db, BEFORE, "daily_sleep", nights(4).slice(2));
  assert.deepEqual(await values(db, "daily_sleep", "efficiency"), [90, 90, null, null]);
  assert.deepEqual(await pending(db, types), ["refill"]);
  await applyYaml(db, types);
  assert.deepEqual(await values(db, "daily_sleep", "efficiency"), [90, 90, 90, 90]);
});

onServerFirst("columns that people added are never touched", async (db) => {
  await stored(db);
  await db.exec("ALTER TABLE oura.daily_sleep ADD COLUMN mine text");
  assert.deepEqual(await pending(db, BEFORE), []);
  const after = `${BEFORE}
    mine: contributors.deep_sleep`;
  await assert.rejects(() => applyYaml(db, after), { code: "COLUMN_TAKEN", exitCode: 2 });
});

onServerFirst("a view has the declared columns and follows them", async (db) => {
  const types = `
daily_sleep:
  view: true
  columns:
    score: score
    efficiency: contributors.efficiency`;
  await stored(db, types);
  const columns = async () =>
    Object.keys(
      (await db.query("SELECT * FROM oura.v_daily_sleep LIMIT 1")).rows[0]!,
    );
  const builtIn = ["user_id", "id", "day", "utc_offset"];
  assert.deepEqual(await columns(), [...builtIn, "score", "efficiency"]);
  const renamed = types.replace("score: score", "points: { path: score, type: integer }");
  await applyYaml(db, renamed);
  assert.deepEqual(await columns(), [...builtIn, "points", "efficiency"]);
  const retyped = renamed.replace("integer", "text");
  await applyYaml(db, retyped);
  assert.deepEqual(await values(db, "v_daily_sleep", "points"), ["1", "2", "3", "4", "5"]);
  const dropped = types.replace("    efficiency: contributors.efficiency", "")
    .replace("score: score", "points: { path: score, type: text }");
  await applyYaml(db, dropped, { allowDestructive: true });
  assert.deepEqual(await columns(), [...builtIn, "points"]);
  const without = dropped.replace("  view: true\n", "");
  await applyYaml(db, without);
  await assert.rejects(columns, /v_daily_sleep/);
  assert.deepEqual(await pending(db, without), []);
}, { otherSchema: true });

onServerFirst("a value that does not fit is quarantined, and the row stays", async (db) => {
  await stored(db);
  const after = `${BEFORE}
    level: { path: not_in_the_catalog.level, type: integer, new_field: true }
    efficiency: contributors.efficiency`;
  const report = await applyYaml(db, after);
  assert.equal(report.refills[0]!.rejected, 2);
  assert.deepEqual(await values(db, "daily_sleep", "level"), [0, null, 1, null, 2]);
  assert.deepEqual(await values(db, "daily_sleep", "efficiency"), [90, 90, 90, 90, 90]);
  assert.deepEqual(
    await values(
      db,
      "rejects",
      "concat_ws('|', document_key, path, column_name, value_type, reason)",
    ),
    ["night-0002", "night-0004"].map((key) =>
      `${key}|not_in_the_catalog.level|level|integer|a number with a fraction (declare the ` +
      "column as double precision or numeric)"
    ),
  );
});

onServerFirst("every change is on record as SQL, with the checksum of the YAML", async (db) => {
  await stored(db);
  const [sql] = await values(db, "column_changes", "sql");
  assert.match(String(sql), /ALTER TABLE .*daily_sleep" ADD COLUMN "score" integer;/);
  const [checksum] = await values(db, "column_changes", "config_checksum");
  assert.match(String(checksum), /^[0-9a-f]{64}$/);
});
