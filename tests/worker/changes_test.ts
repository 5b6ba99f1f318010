/** What changes while a worker runs. */
import assert from "node:assert/strict";
import { ChangingPipeline } from "../../config/changing_pipeline.ts";
import type { Pipeline } from "../../config/model.ts";
import { loadPipeline } from "../../config/pipeline.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import type { UsageError } from "../../lib/errors.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { replay } from "../../pipelines/reprocess/replay.ts";
import { openSession } from "../../pipelines/sync/session.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { LiveSession } from "../../server/worker/live_session.ts";
import { onServerFirst } from "../support/server_first.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { settled, until, withWorkerWorld, type WorkerWorld } from "./support.ts";

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

onServerFirst(
  "a worker goes on without a column that its own oura.yaml lacks; `replay` fills it afterwards",
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
  { applied: true },
);

/** `oura.yaml` of one data type, in the schema of the database, with these columns. */
const yaml = (db: Database, ...columns: string[]) =>
  `version: 1
destination: { schema: ${db.schema} }
data_types:
  sleep:
    columns: { ${columns.map((name) => `${name}: type`).join(", ")} }
`;

interface EditedFile {
  readonly file: string;
  readonly problems: UsageError[];
  /** Stores an event of this night, and waits until the worker has run its job. */
  deliver(night: { key: string } | undefined): Promise<void>;
}

/**
 * A worker that follows a file of a directory of its own.
 * @param lookEveryMs By default so long that only what a job itself notices is tested.
 */
async function withEditedFile(
  world: WorkerWorld,
  content: string,
  body: (edited: EditedFile) => Promise<void>,
  lookEveryMs = 3_600_000,
): Promise<void> {
  await using directory = await temporaryDirectory();
  const file = `${directory.path}/oura.yaml`;
  await Deno.writeTextFile(file, content);
  const pipeline = await loadPipeline(file);
  const problems: UsageError[] = [];
  const source = new ChangingPipeline(pipeline, (problem) => problems.push(problem));
  await using queue = await openBossQueue({ db: world.db, runs: false });
  const deliver: EditedFile["deliver"] = async (night) => {
    await world.store([{ objectId: night!.key }]);
    await queue.ask(world.db, ["one"], "events");
    await settled(world);
  };
  await world.withWorker(() => body({ file, problems, deliver }), {
    pipeline,
    source,
    lookEveryMs,
  });
}

/** How many nights there are, and in how many the column is filled. */
async function filledNights(db: Database, column: string): Promise<[number, number]> {
  const { rows: [row] } = await db.query<{ nights: number; filled: number }>(
    `SELECT count(*)::int AS nights, count(${column})::int AS filled FROM oura.sleep`,
  );
  return [row!.nights, row!.filled];
}

onServerFirst(
  "a column that `apply` adds while a worker runs is filled by the next event",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [first, second] = world.documents("one", "sleep");
      await withEditedFile(world, yaml(db, "kind"), async ({ file, deliver }) => {
        await deliver(first);
        await Deno.writeTextFile(file, yaml(db, "kind", "kind_again"));
        await applyAdditive(db, await loadPipeline(file), { holder: "a person" });
        assert.deepEqual(await filledNights(db, "kind_again"), [1, 1]);
        await deliver(second);
        assert.deepEqual(await filledNights(db, "kind_again"), [2, 2]);
      });
    }),
  { applied: true },
);

onServerFirst(
  "a worker adds a column of an edited oura.yaml by itself, and fills what is stored",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [night] = world.documents("one", "sleep");
      await world.store([{ objectId: night!.key }]);
      await world.runJob("one");
      await withEditedFile(world, yaml(db, "kind"), async ({ file, problems }) => {
        await Deno.writeTextFile(file, yaml(db, "kind", "added_by_worker"));
        await until(() =>
          filledNights(db, "added_by_worker").then(([, n]) => n === 1, () => false)
        );
        assert.deepEqual(problems, []);
      }, 100);
    }),
  { applied: true },
);

onServerFirst(
  "an oura.yaml with a mistake is reported once, and the worker keeps the previous one",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [first, second, third] = world.documents("one", "sleep");
      await withEditedFile(world, yaml(db, "kind"), async ({ file, problems, deliver }) => {
        await Deno.writeTextFile(file, "version: 1\ndata_types: { slep: {} }\n");
        await deliver(first);
        await deliver(second);
        assert.deepEqual(problems.map(({ code }) => code), ["CONFIG_INVALID"]);
        await Deno.writeTextFile(
          file,
          yaml(db, "kind").replace(`schema: ${db.schema}`, "schema: elsewhere"),
        );
        await deliver(third);
        assert.deepEqual(problems.map(({ code }) => code).slice(1), ["CONFIG_NEEDS_RESTART"]);
        await Deno.remove(file);
        assert.equal((await world.events()).every(({ state }) => state === "done"), true);
        assert.deepEqual(await filledNights(db, "kind"), [3, 3]);
      });
    }),
  { applied: true },
);

/** The lines of a data type whose table this program makes. */
const MEAL = `  meal:
    endpoint: /v2/usercollection/meal
    window: { by: date }
    key: [id]
    columns: { kind: { path: type, type: text } }
`;

onServerFirst(
  "an oura.yaml that does not fit the tables is in force as soon as it fits",
  (db) =>
    withWorkerWorld(db, [], async ({ settings }) => {
      await using directory = await temporaryDirectory();
      const read = async (text: string) => {
        const file = `${directory.path}/oura.yaml`;
        await Deno.writeTextFile(file, text);
        return await loadPipeline(file);
      };
      const first = await read(yaml(db, "kind"));
      let declared = first;
      const source = { current: () => Promise.resolve(declared) };
      const { signal } = new AbortController();
      const session = await openSession({ settings, pipeline: first, db, apply: true, signal });
      await using live = new LiveSession(session, first, source);
      const inForce = async () => (await live.current()).pipeline.checksum;
      const taken = `${quoteIdentifier(db.schema)}.meal`;
      await db.exec(`CREATE TABLE ${taken} (id text)`);
      declared = await read(yaml(db, "kind") + MEAL);
      assert.equal(await inForce(), first.checksum, "a table of this name is there already");
      await db.exec(`DROP TABLE ${taken}`);
      assert.equal(await inForce(), declared.checksum);
    }),
);
