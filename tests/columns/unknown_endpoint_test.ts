import assert from "node:assert/strict";
import { onServerFirst } from "../support/server_first.ts";
import { applyYaml, pending, store, values } from "./support.ts";

const MEAL = `
meal:
  endpoint: /v2/usercollection/meal
  window: { by: date }
  key: [id]
  columns:
    kind: { path: type, type: text }`;

const MEALS = ["breakfast", "lunch"].map((type, i) => ({
  id: `meal-${i}`,
  day: `2026-01-0${i + 1}`,
  type,
  energy: { kcal: 500 + i },
}));

onServerFirst("an endpoint the catalog does not know becomes a table", async (db) => {
  assert.deepEqual(await pending(db, MEAL), ["create_table", "add_column"]);
  await applyYaml(db, MEAL);
  await store(db, MEAL, "meal", MEALS);
  assert.deepEqual(await values(db, "meal", "kind"), ["breakfast", "lunch"]);
  assert.deepEqual(await pending(db, MEAL), []);
});

onServerFirst("its columns and its day are filled for all history", async (db) => {
  await applyYaml(db, MEAL);
  await store(db, MEAL, "meal", MEALS);
  const after = `${MEAL}
    day: { path: day, type: date }
    kcal: { path: energy.kcal, type: integer }`;
  assert.deepEqual(await pending(db, after), ["add_column", "add_column", "add_index"]);
  await applyYaml(db, after);
  assert.deepEqual(await values(db, "meal", "day"), ["2026-01-01", "2026-01-02"]);
  assert.deepEqual(await values(db, "meal", "kcal"), [500, 501]);
  assert.deepEqual(await pending(db, after), []);
});

onServerFirst("samples in time are keyed by their instant", async (db) => {
  const types = `
glucose:
  endpoint: /v2/usercollection/glucose
  window: { by: datetime }
  key: [timestamp]
  columns:
    level: { path: level, type: real }`;
  await applyYaml(db, types);
  const sample = (minute: number) => ({
    timestamp: `2026-01-01T00:0${minute}:00Z`,
    level: minute / 2,
  });
  await store(db, types, "glucose", [1, 2, 3].map(sample));
  const after = `${types}
    level_text: { path: level, type: text }`;
  await applyYaml(db, after);
  assert.deepEqual(await values(db, "glucose", "level_text", "timestamp"), ["0.5", "1", "1.5"]);
});

onServerFirst("columns of the key may be named as what they are", async (db) => {
  const types = `
glucose:
  endpoint: /v2/usercollection/glucose
  window: { by: datetime }
  key: [timestamp, deviceId, site.code]
  columns:
    timestamp: timestamp
    deviceId: { path: deviceId, type: text }
    level: { path: level, type: real }
  view: true`;
  await applyYaml(db, types);
  const sample = { timestamp: "2026-01-01T00:00:00Z", level: 5.5, site: { code: "arm" } };
  await store(db, types, "glucose", [
    { ...sample, deviceId: "a" },
    { ...sample, deviceId: "b" },
    { ...sample, deviceId: "a", level: 6 },
  ]);
  const row = `"deviceId" || "site.code" || level`;
  assert.deepEqual(await values(db, "v_glucose", row, `"deviceId"`), ["aarm6", "barm5.5"]);
  assert.deepEqual(await pending(db, types), []);
});

onServerFirst("the key of a table with rows cannot change", async (db) => {
  await applyYaml(db, MEAL);
  await assert.rejects(
    () => applyYaml(db, MEAL.replace("key: [id]", "key: [day, type]")),
    { code: "KEY_CHANGED", exitCode: 2 },
  );
});

onServerFirst("a table that people made is not taken over", async (db) => {
  await db.exec("CREATE TABLE oura.meal (id text)");
  await assert.rejects(() => applyYaml(db, MEAL), { code: "TABLE_TAKEN", exitCode: 2 });
});
