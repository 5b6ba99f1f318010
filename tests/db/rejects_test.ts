import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import {
  addRejects,
  type RejectEntry,
  resolveRejects,
  typesInQuarantine,
} from "../../lib/db/store/rejects.ts";
import { forEachDatabase } from "../support/databases.ts";

const TARGET = { userId: "w", dataType: "sleep", runId: 3 };

function entry(key: string | null, document: unknown): RejectEntry {
  return {
    documentKey: key,
    path: "score",
    column: "score",
    expected: "integer",
    reason: "a text is not a whole number",
    document: JSON.stringify(document),
  };
}

/** How many documents are new in quarantine. */
async function added(...given: Parameters<typeof addRejects>): Promise<number> {
  return (await addRejects(...given)).added;
}

async function stored(db: Database) {
  const { rows } = await db.query<Record<string, unknown>>(
    `SELECT user_id, data_type, document_key, path, column_name, value_type, reason,
        document::text AS document, run_id, state, resolved_at IS NOT NULL AS ended
      FROM oura.rejects ORDER BY id`,
  );
  return rows;
}

forEachDatabase("a document is quarantined whole, with what is wrong with it", async (db) => {
  assert.equal(await added(db, TARGET, []), 0);
  assert.deepEqual(await typesInQuarantine(db, "w"), new Set());
  const odd = { id: "a", text: 'NUL \0, half \ud800, "quotes", \\N, {}, 💍', list: [null] };
  assert.equal(await added(db, TARGET, [entry("a", odd)]), 1);
  assert.deepEqual(await stored(db), [{
    user_id: "w",
    data_type: "sleep",
    document_key: "a",
    path: "score",
    column_name: "score",
    value_type: "integer",
    reason: "a text is not a whole number",
    document: JSON.stringify(odd),
    run_id: 3,
    state: "open",
    ended: false,
  }]);
  assert.deepEqual(await typesInQuarantine(db, "w"), new Set(["sleep"]));
  assert.deepEqual(await typesInQuarantine(db, "other"), new Set());
});

forEachDatabase(
  "the same document is quarantined once, another version of it beside",
  async (db) => {
    const [first, second] = [entry("a", { v: 1 }), entry("a", { v: 2 })];
    assert.equal(await added(db, TARGET, [first, first, second]), 2);
    assert.equal(await added(db, TARGET, [first, second]), 0);
    assert.equal(await added(db, { ...TARGET, userId: "other" }, [first]), 1);
    assert.equal(await added(db, { ...TARGET, dataType: "workout" }, [first]), 1);
  },
);

forEachDatabase(
  "a document that is not JSON of an object, or has no key, is kept too",
  async (db) => {
    const strange = [entry(null, null), entry(null, "text"), entry(null, [1]), entry(null, 7)];
    const nowhere = { ...entry(null, {}), path: "", column: null, expected: null };
    assert.equal(await added(db, TARGET, [...strange, nowhere]), 5);
    assert.deepEqual((await stored(db)).map(({ document }) => document), [
      "null",
      '"text"',
      "[1]",
      "7",
      "{}",
    ]);
  },
);

forEachDatabase(
  "loading a document resolves all its open rejects, and only its own",
  async (db) => {
    await addRejects(db, TARGET, [
      entry("a", { v: 1 }),
      entry("a", { v: 2 }),
      entry("b", { v: 3 }),
    ]);
    await addRejects(db, { ...TARGET, userId: "other" }, [entry("a", { v: 1 })]);
    await addRejects(db, { ...TARGET, dataType: "workout" }, [entry("a", { v: 1 })]);
    assert.equal(await resolveRejects(db, "w", "sleep", []), 0);
    assert.equal(await resolveRejects(db, "w", "sleep", ["a", "c"]), 2);
    assert.equal(await resolveRejects(db, "w", "sleep", ["a"]), 0);
    assert.deepEqual(
      (await stored(db)).map(({ state, ended }) => [state, ended]),
      [["resolved", true], ["resolved", true], ["open", false], ["open", false], ["open", false]],
    );
    assert.deepEqual(await typesInQuarantine(db, "w"), new Set(["sleep", "workout"]));
    await resolveRejects(db, "w", "workout", ["a"]);
    assert.deepEqual(await typesInQuarantine(db, "w"), new Set(["sleep"]));
  },
);

forEachDatabase("a resolved document that is bad again is quarantined again", async (db) => {
  await addRejects(db, TARGET, [entry("a", { v: 1 })]);
  await resolveRejects(db, "w", "sleep", ["a"]);
  assert.equal(await added(db, TARGET, [entry("a", { v: 1 })]), 1);
});
