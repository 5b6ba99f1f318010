/** What changes while a worker runs. */
import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { replay } from "../../pipelines/reprocess/replay.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { forEachDatabase } from "../support/databases.ts";
import { settled, withWorkerWorld } from "./support.ts";

/** With one more column of `sleep`. */
function extended(pipeline: Pipeline): Pipeline {
  const column = {
    name: "kind_too",
    path: ["type"],
    type: "text",
    index: false,
    description: null,
  };
  return {
    ...pipeline,
    types: pipeline.types.map((type) =>
      type.name === "sleep"
        ? { ...type, columns: [...type.columns, column as typeof type.columns[number]] }
        : type
    ),
  };
}

forEachDatabase(
  "a worker goes on without a column that is added while it runs; `replay` fills it afterwards",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [first, second] = world.documents("one", "sleep");
      const filled = async () => {
        const { rows } = await db.query<{ filled: boolean }>(
          "SELECT kind_too IS NOT NULL AS filled FROM oura.sleep ORDER BY id",
        );
        return rows.map((row) => row.filled);
      };
      await using queue = await openBossQueue({ db, runs: false });
      await world.withWorker(async () => {
        await world.store([{ objectId: first!.key }]);
        await queue.ask(db, ["one"], "events");
        await settled(world);
        await applyAdditive(db, extended(world.pipeline), { holder: "a person" });
        assert.deepEqual(await filled(), [true]);
        await world.store([{ objectId: second!.key }]);
        await queue.ask(db, ["one"], "events");
        await settled(world);
      });
      // Which row came first, their ids do not tell.
      assert.deepEqual((await filled()).toSorted(), [false, true]);
      const types = extended(world.pipeline).types.filter(({ name }) => name === "sleep");
      await replay(db, { types });
      assert.deepEqual(await filled(), [true, true]);
    }),
);
