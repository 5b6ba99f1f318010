/** Tables that the user has partitioned by wearer, as every key allows: nothing works differently. */
import assert from "node:assert/strict";
import { createLoader } from "../../pipelines/stages/load.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { onServerFirst } from "../support/server_first.ts";
import { load, rowsOf } from "../pipelines/support.ts";
import { applyYaml, nights, pending, pipelineOf, values } from "./support.ts";

const BEFORE = `
daily_sleep:
  columns:
    score: score`;
const AFTER = `
daily_sleep:
  columns:
    score: { path: score, index: true }
    deep: contributors.deep_sleep`;

onServerFirst(
  "a partitioned table is loaded, refilled and indexed like any other",
  async (db) => {
    await db.exec(`ALTER TABLE oura.daily_sleep RENAME TO whole;
    CREATE TABLE oura.daily_sleep (LIKE oura.whole INCLUDING ALL) PARTITION BY HASH (user_id);
    CREATE TABLE oura.part_0 PARTITION OF oura.daily_sleep FOR VALUES WITH (modulus 2, remainder 0);
    CREATE TABLE oura.part_1 PARTITION OF oura.daily_sleep FOR VALUES WITH (modulus 2, remainder 1);
    DROP TABLE oura.whole`);
    await applyYaml(db, BEFORE);
    const transform = createTransform(pipelineOf(db, BEFORE).types[0]!);
    const loader = createLoader(transform.table);
    const stored = async (documents: readonly unknown[]) => {
      const { inserted, updated, unchanged } = await load(db, loader, rowsOf(transform, documents));
      return { inserted, updated, unchanged };
    };
    const [first, ...rest] = nights(3);
    assert.deepEqual(await stored(rest), { inserted: 2, updated: 0, unchanged: 0 });
    assert.deepEqual(await stored([first, ...rest]), { inserted: 1, updated: 0, unchanged: 2 });
    assert.deepEqual(await stored([{ ...first, score: 50 }, ...rest]), {
      inserted: 0,
      updated: 1,
      unchanged: 2,
    });
    await applyYaml(db, AFTER);
    assert.deepEqual(await values(db, "daily_sleep", "deep"), [11, 12, 13]);
    assert.deepEqual(await pending(db, AFTER), []);
    await applyYaml(db, BEFORE, { allowDestructive: true });
    assert.deepEqual(await pending(db, BEFORE), []);
  },
);
