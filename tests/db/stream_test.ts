import assert from "node:assert/strict";
import { readQueryInBatches } from "../../lib/db/driver/read_query.ts";
import { forEachDatabase } from "../support/databases.ts";

forEachDatabase("stream() yields a result in batches, with parameters", async (db) => {
  await db.transaction(async (tx) => {
    const sizes: number[] = [];
    let sum = 0;
    const batches = tx.stream<{ n: number }>(
      "SELECT n FROM generate_series(1, $1::int) AS n",
      [25],
      { batchRows: 10 },
    );
    for await (const { rows, columns } of batches) {
      assert.deepEqual(columns, ["n"]);
      sizes.push(rows.length);
      for (const { n } of rows) sum += n;
    }
    assert.deepEqual({ sizes, sum }, { sizes: [10, 10, 5], sum: 325 });
  });
});

forEachDatabase("stream() yields one empty batch where there is no row", async (db) => {
  await db.transaction(async (tx) => {
    const batches = await Array.fromAsync(tx.stream("SELECT 1 AS a WHERE false"));
    assert.deepEqual(batches.map(({ rows, columns }) => ({ rows, columns })), [
      { rows: [], columns: ["a"] },
    ]);
  });
});

forEachDatabase("stream() closes its cursor when the caller stops early", async (db) => {
  await db.transaction(async (tx) => {
    for await (const _ of tx.stream("SELECT generate_series(1, 100)", [], { batchRows: 1 })) break;
    const { rows } = await tx.query("SELECT name FROM pg_cursors WHERE name LIKE '#cursor%'");
    assert.deepEqual(rows, []);
  });
});

forEachDatabase("stream() leaves a failure of the query to the caller", async (db) => {
  await assert.rejects(
    db.transaction(async (tx) => {
      await Array.fromAsync(tx.stream("SELECT 1 / (n - 15) FROM generate_series(1, 20) AS n"));
    }),
    /22012/,
  );
});

forEachDatabase("readQueryInBatches() never holds more than a batch", async (db) => {
  const sizes: number[] = [];
  await readQueryInBatches(db, "SELECT * FROM generate_series(1, 2500)", ({ rows }) => {
    sizes.push(rows.length);
  });
  assert.deepEqual(sizes, [1000, 1000, 500]);
});
