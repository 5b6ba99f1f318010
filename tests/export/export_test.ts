import assert from "node:assert/strict";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import type { Database } from "../../lib/db/driver/database.ts";
import { exportToDirectory, exportToStream } from "../../pipelines/export/export.ts";
import type { ExportFormat } from "../../pipelines/export/formats.ts";
import { applyYaml, pipelineOf, store, WEARER } from "../columns/support.ts";
import { forEachDatabase } from "../support/databases.ts";

const TYPES = `
sleep:
  columns:
    bedtime_start: bedtime_start
    average_breath: average_breath
    note: { path: note, type: text, new_field: true }
  series:
    sleep_hrv: hrv
heart_rate:
  columns: { bpm: bpm }`;

const NIGHT = {
  id: "night-1",
  day: "2026-01-02",
  bedtime_start: "2026-01-01T23:10:00.123456+11:00",
  average_breath: 14.25,
  note: 'Größe, "quoted"\nsecond line',
  hrv: { interval: 300, items: [40, null, 42.5], timestamp: "2026-01-01T23:10:00+11:00" },
};

async function exported(
  db: Database,
  format: ExportFormat,
  use: (directory: string) => Promise<void>,
  options: { excel?: boolean; filter?: { userId?: string; days?: { from?: string } } } = {},
): Promise<void> {
  await applyYaml(db, TYPES);
  const second = { ...NIGHT, id: "night-2", day: "2026-01-03", note: "", average_breath: null };
  await store(db, TYPES, "sleep", [NIGHT, second]);
  await store(db, TYPES, "sleep", [NIGHT], "wearer-2");
  await store(db, TYPES, "heart_rate", [
    { timestamp: "2026-01-02T00:00:00+02:00", source: "awake", bpm: 61 },
  ]);
  const directory = await Deno.makeTempDir();
  try {
    const { types } = pipelineOf(db, TYPES);
    await exportToDirectory(db, directory, {
      format,
      types,
      filter: { userId: WEARER },
      ...options,
    });
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

forEachDatabase("export writes CSV with quoted fields, UTC instants and units", async (db) => {
  await exported(db, "csv", async (directory) => {
    const read = (name: string) => Deno.readTextFile(join(directory, name));
    assert.equal(
      await read("sleep.csv"),
      "user_id,id,day,utc_offset,bedtime_start,average_breath,note\r\n" +
        'wearer-1,night-1,2026-01-02,PT11H,2026-01-01T12:10:00.123456+00:00,14.25,"Größe, ""quoted""\n' +
        'second line"\r\n' +
        'wearer-1,night-2,2026-01-03,PT11H,2026-01-01T12:10:00.123456+00:00,,""\r\n',
    );
    assert.match(await read("sleep_hrv.csv"), /night-1,2,2026-01-01T12:20:00\+00:00,42\.5\r\n/);
    assert.match(await read("heart_rate.csv"), /wearer-1,2026-01-01T22:00:00\+00:00,awake,61\r\n/);
    assert.match(
      await read("data_dictionary.csv"),
      /\r\nsleep,average_breath,[a-z ]+,breaths\/min,/,
    );
    const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
    assert.equal(names.length, 4, "no unfinished file is left");
  });
}, { otherSchema: true });

forEachDatabase("export writes Parquet that is read back with its types", async (db) => {
  await exported(db, "parquet", async (directory) => {
    const rowsOf = async (name: string) =>
      await parquetReadObjects({ file: await asyncBufferFromFile(join(directory, name)) });
    const [first, second] = await rowsOf("sleep.parquet");
    assert.deepEqual(first, {
      user_id: "wearer-1",
      id: "night-1",
      day: new Date("2026-01-02"),
      utc_offset: "PT11H",
      bedtime_start: new Date("2026-01-01T12:10:00.123Z"),
      average_breath: 14.25,
      note: NIGHT.note,
    });
    assert.equal(second!.average_breath, null);
    assert.deepEqual((await rowsOf("sleep_hrv.parquet")).map(({ value }) => value), [
      40,
      42.5,
      40,
      42.5,
    ]);
    assert.equal((await rowsOf("heart_rate.parquet"))[0]!.bpm, 61);
  });
});

forEachDatabase("export chooses days, and --excel begins with a mark", async (db) => {
  const options = { excel: true, filter: { days: { from: "2026-01-03" } } };
  await exported(db, "csv", async (directory) => {
    const text = await Deno.readFile(join(directory, "sleep.csv"));
    assert.deepEqual([...text.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    const lines = new TextDecoder().decode(text).trimEnd().split("\r\n");
    assert.deepEqual(lines.map((line) => line.split(",")[1]), ["id", "night-2"]);
    assert.equal(
      (await Deno.readTextFile(join(directory, "heart_rate.csv"))).split("\r\n").length,
      2,
    );
  }, options);
});

forEachDatabase("an export reads no more rows at once than a batch has", async (db) => {
  const types = "heart_rate:\n  columns: { bpm: bpm }";
  await applyYaml(db, types);
  const minutes = Array.from({ length: 2_500 }, (_, i) => ({
    timestamp: new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString(),
    source: "awake",
    bpm: 60 + i % 40,
  }));
  await store(db, types, "heart_rate", minutes);
  const pieces: number[] = [];
  const count = (bytes: Uint8Array) =>
    pieces.push(new TextDecoder().decode(bytes).split("\r\n").length - 1);
  await exportToStream(db, count, {
    format: "csv",
    types: pipelineOf(db, types).types,
    filter: {},
  });
  assert.deepEqual(pieces, [1, 1_000, 1_000, 500]);
});
