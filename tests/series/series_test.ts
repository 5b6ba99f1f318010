import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { removeBuriedSamples } from "../../pipelines/stages/series/deleted_samples.ts";
import { tableOf } from "../../pipelines/stages/table.ts";
import { applyYaml, pending, pipelineOf, store, values, WEARER } from "../columns/support.ts";
import { onServerFirst } from "../support/server_first.ts";

const PLAIN = `
sleep:
  columns:
    type: type`;

const SERIES = `${PLAIN}
  series:
    sleep_hrv: hrv
    sleep_stages:
      path: sleep_phase_5_min
      every: 5m
      start: bedtime_start
      codes: { "1": deep, "2": light, "3": rem, "4": awake }`;

/** A night with samples; synthetic. */
function night(id: string, items: (number | null)[], phases: string | null = "1234") {
  return {
    id,
    day: "2026-03-29",
    type: "long_sleep",
    period: 0,
    bedtime_start: "2026-03-29T00:30:00+01:00",
    bedtime_end: "2026-03-29T08:30:00+02:00",
    time_in_bed: 25_200,
    low_battery_alert: false,
    hrv: { interval: 300, items, timestamp: "2026-03-29T00:30:00+01:00" },
    sleep_phase_5_min: phases,
  };
}

function samples(db: Database, table: string): Promise<unknown[]> {
  return values(
    db,
    table,
    `concat_ws(' ', document_id, ordinal, to_char(sample_at AT TIME ZONE 'UTC', 'HH24:MI'), value)`,
    "document_id, ordinal",
  );
}

/** Rows of a table with the version each has: a row that is written again has another. */
function versions(db: Database, table: string): Promise<unknown[]> {
  return values(
    db,
    table,
    "document_id || ordinal || ' ' || xmin::text || ctid::text",
    "document_id, ordinal",
  );
}

onServerFirst("samples and phases become a row each, without those not measured", async (db) => {
  await applyYaml(db, SERIES);
  await store(db, SERIES, "sleep", [night("a", [40, null, 42.5]), night("b", [null], "19")]);
  assert.deepEqual(await samples(db, "sleep_hrv"), ["a 0 23:30 40", "a 2 23:40 42.5"]);
  assert.deepEqual(await samples(db, "sleep_stages"), [
    "a 0 23:30 deep",
    "a 1 23:35 light",
    "a 2 23:40 rem",
    "a 3 23:45 awake",
    "b 0 23:30 deep",
    "b 1 23:35 9",
  ]);
}, { otherSchema: true });

onServerFirst(
  "an unchanged document writes no sample, a changed one the difference",
  async (db) => {
    await applyYaml(db, SERIES);
    const first = [night("a", [1, 2, 3]), night("b", [7, 8])];
    await store(db, SERIES, "sleep", first);
    const before = await versions(db, "sleep_hrv");
    await store(db, SERIES, "sleep", first);
    assert.deepEqual(await versions(db, "sleep_hrv"), before);

    await store(db, SERIES, "sleep", [night("a", [1, 5])]);
    assert.deepEqual(await samples(db, "sleep_hrv"), [
      "a 0 23:30 1",
      "a 1 23:35 5",
      "b 0 23:30 7",
      "b 1 23:35 8",
    ]);
    const kept = (await versions(db, "sleep_hrv")).filter((row) => before.includes(row));
    assert.equal(kept.length, 3, "the samples that are the same were not written");
  },
);

onServerFirst("samples that another writer added first are made to match", async (db) => {
  await applyYaml(db, SERIES);
  await db.exec(
    `INSERT INTO oura.sleep_hrv (user_id, document_id, ordinal, sample_at, value) VALUES
      ('${WEARER}', 'a', 0, '2026-03-28T23:30:00Z', 1), ('${WEARER}', 'a', 7, now(), 7)`,
  );
  await store(db, SERIES, "sleep", [night("a", [1, 2]), night("b", [3])]);
  assert.deepEqual(await samples(db, "sleep_hrv"), ["a 0 23:30 1", "a 1 23:35 2", "b 0 23:30 3"]);
});

onServerFirst("samples follow a document without raw_data too", async (db) => {
  const types = SERIES.replace("sleep:\n", "sleep:\n  keep_raw: false\n");
  await applyYaml(db, types);
  await store(db, types, "sleep", [night("a", [1, 2])]);
  await store(db, types, "sleep", [night("a", [1, 9])]);
  assert.deepEqual(await samples(db, "sleep_hrv"), ["a 0 23:30 1", "a 1 23:35 9"]);
});

onServerFirst("a series added to the YAML is filled for all history", async (db) => {
  await applyYaml(db, PLAIN);
  await store(db, PLAIN, "sleep", [night("a", [1, null, 2]), night("b", [3])]);
  assert.deepEqual(await pending(db, SERIES), ["create_series", "create_series"]);
  await applyYaml(db, SERIES);
  assert.deepEqual(await samples(db, "sleep_hrv"), ["a 0 23:30 1", "a 2 23:40 2", "b 0 23:30 3"]);
  assert.equal((await samples(db, "sleep_stages")).length, 8);
  assert.deepEqual(await pending(db, SERIES), []);
});

onServerFirst(
  "other codes fill a series again, another type of value needs leave",
  async (db) => {
    await applyYaml(db, SERIES);
    await store(db, SERIES, "sleep", [night("a", [1], "12")]);
    const recoded = SERIES.replace("deep", "N3");
    assert.deepEqual(await pending(db, recoded), ["change_series"]);
    await applyYaml(db, recoded);
    assert.deepEqual(await samples(db, "sleep_stages"), ["a 0 23:30 N3", "a 1 23:35 light"]);

    const swapped = `${PLAIN}
  series:
    sleep_hrv: hrv
    sleep_stages: heart_rate`;
    const report = await applyYaml(db, swapped);
    assert.deepEqual(report.pending.map(({ kind }) => kind), ["change_series"]);
    await applyYaml(db, swapped, { allowDestructive: true });
    assert.deepEqual(await samples(db, "sleep_stages"), []);
    assert.deepEqual(await pending(db, swapped), []);
  },
);

onServerFirst("a series removed from the YAML is dropped only with leave", async (db) => {
  await applyYaml(db, SERIES);
  await store(db, SERIES, "sleep", [night("a", [1])]);
  await applyYaml(db, PLAIN);
  assert.equal((await samples(db, "sleep_hrv")).length, 1);
  // Meanwhile they are not kept up to date; back in the YAML they are filled again.
  await store(db, PLAIN, "sleep", [night("a", [2]), night("b", [3])]);
  await applyYaml(db, SERIES);
  assert.deepEqual(await samples(db, "sleep_hrv"), ["a 0 23:30 2", "b 0 23:30 3"]);
  await applyYaml(db, PLAIN, { allowDestructive: true });
  await assert.rejects(() => samples(db, "sleep_hrv"), /sleep_hrv/);
  assert.deepEqual(await pending(db, PLAIN), []);
});

onServerFirst("samples leave with their document, and come back with it", async (db) => {
  await applyYaml(db, SERIES);
  const nights = [night("a", [1]), night("b", [2])];
  await store(db, SERIES, "sleep", nights);
  await db.transaction(async (tx) => {
    await tx.query(
      "UPDATE oura.sleep SET deleted_at = now() WHERE id = 'a'",
    );
    const [type] = pipelineOf(db, SERIES).types;
    await removeBuriedSamples(tx, tableOf(type!), WEARER);
  });
  assert.deepEqual(await samples(db, "sleep_hrv"), ["b 0 23:30 2"]);
  await store(db, SERIES, "sleep", nights);
  assert.deepEqual(await samples(db, "sleep_hrv"), ["a 0 23:30 1", "b 0 23:30 2"]);
});
