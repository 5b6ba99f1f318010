/** A page that is served while `oura.yaml` is edited. */
import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import { startRun } from "../../lib/db/store/runs.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { openData } from "../../server/wearer_data.ts";
import { onServerFirst } from "../support/server_first.ts";
import { shippedPipeline } from "../support/sync_world.ts";

onServerFirst(
  "the page shows a column that is declared and added while it is served",
  async (db) => {
    const first = shippedPipeline(db.schema);
    await applyAdditive(db, first);
    const run = { command: "test", startedAt: new Date(), version: "test", configChecksum: "" };
    await startRun(db, { ...run, userId: "one", holder: "test" });
    let declared: Pipeline = first;
    const source = { current: () => Promise.resolve(declared) };
    const data = openData({ db, pipeline: first, source, now: () => new Date() });
    const columns = () =>
      data.readAll(({ pipeline }) =>
        Promise.resolve(
          pipeline.types.find(({ name }) => name === "daily_sleep")!.columns.map(({ name }) =>
            name
          ),
        )
      );
    assert.ok(!(await columns()).includes("score_again"));
    const types = first.types.map((type) =>
      type.name === "daily_sleep"
        ? { ...type, columns: [...type.columns, { ...type.columns[0]!, name: "score_again" }] }
        : type
    );
    declared = { ...first, types };
    await applyAdditive(db, declared);
    assert.ok((await columns()).includes("score_again"));
  },
);
