import assert from "node:assert/strict";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { SqlError } from "../../lib/db/driver/errors/errors.ts";
import { forEachDatabase } from "../support/databases.ts";
import { applyYaml, nights, pending, store, values } from "./support.ts";

/** The database behind a network that loses the answer to the first COMMIT of every DDL. */
function losingAnswers(db: Database): Database & { lost: number } {
  let lose = true;
  const losing = Object.create(db, {
    lost: { value: 0, writable: true },
    transaction: {
      async value<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
        let isDdl = false;
        const result = await db.transaction((tx) => {
          const exec = (sql: string) => {
            isDdl ||= sql.includes("lock_timeout");
            return tx.exec(sql);
          };
          return body(Object.create(tx, { exec: { value: exec } }));
        });
        if (!isDdl || !lose) {
          lose = true;
          return result;
        }
        lose = false;
        losing.lost++;
        const facts = { sqlState: null, retryable: true };
        throw new SqlError("DATABASE_CONNECTION_LOST", "the connection was lost", facts);
      },
    },
  });
  return losing;
}

const EDITS: Record<string, string> = {
  "a new column": "daily_sleep: { columns: { score: score, deep: contributors.deep_sleep } }",
  "a renamed column":
    "daily_sleep: { columns: { score: score, deep_sleep: contributors.deep_sleep } }",
  "another type":
    "daily_sleep: { columns: { score: { path: score, type: text }, deep_sleep: contributors.deep_sleep } }",
  "a dropped column": "daily_sleep: { columns: { score: { path: score, type: text } } }",
};

forEachDatabase("a COMMIT whose answer is lost is recognised, whatever it changed", async (db) => {
  const before = "daily_sleep: { columns: { score: score } }";
  await applyYaml(db, before);
  await store(db, before, "daily_sleep", nights(3));
  for (const [what, types] of Object.entries(EDITS)) {
    const losing = losingAnswers(db);
    await applyYaml(losing, types, { allowDestructive: true });
    assert.ok(losing.lost > 0, `${what}: no answer was lost`);
    assert.deepEqual(await pending(db, types), [], what);
  }
  assert.deepEqual(await values(db, "daily_sleep", "score"), ["1", "2", "3"]);
  const { rows: twice } = await db.query(
    "SELECT description FROM oura.column_changes GROUP BY description HAVING count(*) > 1",
  );
  // A change of type has two parts: the new column, and the exchange.
  assert.deepEqual(twice.map(({ description }) => description), [
    "change daily_sleep.score from integer to text",
  ]);
});
