/** `export --out -`: which formats are a stream, and what comes out of it. */
import assert from "node:assert/strict";
import { parquetReadObjects } from "hyparquet";
import { run } from "../../commands/_cli/program.ts";
import { pathsIn, runInProcess, SILENT } from "../support/in_process.ts";
import { createDatabase } from "../support/postgres.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const PARQUET = ["export", "--format", "parquet", "--out", "-"];

Deno.test("Parquet of one data type goes to standard output as it is", async () => {
  await using database = await temporaryDatabase();
  await using place = await temporaryDirectory();
  const directory = place.path;
  const env = { DATABASE_URL: database.url };
  await Deno.mkdir(`${directory}/data`);
  await Deno.writeTextFile(
    `${directory}/data/temperature.csv`,
    "timestamp;skin_temp\n2026-07-01T00:00:00Z;33.5\n",
  );
  const imported = await runInProcess({ directory, env }, ["import", "data", "--user-id", "me"]);
  assert.equal(imported.exitCode, 0, imported.err);
  const pieces: Uint8Array[] = [];
  const terminal = {
    ...SILENT,
    outBytes: (bytes: Uint8Array) => void pieces.push(bytes),
    out: (text: string) => assert.fail(`a text among the bytes: ${text}`),
    env: (name: string) => ({ ...env } as Record<string, string>)[name],
    path: pathsIn(directory),
  };
  assert.equal(await run([...PARQUET, "--types", "skin_temperature"], terminal), 0);
  const file = await new Blob(pieces as BlobPart[]).arrayBuffer();
  assert.deepEqual(await parquetReadObjects({ file }), [
    { user_id: "me", timestamp: new Date("2026-07-01T00:00:00Z"), skin_temperature: 33.5 },
  ]);
  const shown = await runInProcess(
    { directory, env, isTerminal: true },
    [...PARQUET, "--types", "skin_temperature"],
  );
  assert.equal(shown.exitCode, 2);
  assert.match(shown.err, /cannot be shown on a terminal/);
});

Deno.test("Parquet and CSV of several data types are refused as one stream", async () => {
  await using place = await temporaryDirectory();
  const directory = place.path;
  for (const format of ["parquet", "csv"]) {
    const args = ["export", "--format", format, "--out", "-", "--types", "sleep,heart_rate"];
    const { exitCode, out, err } = await runInProcess({ directory, env: {} }, args);
    assert.equal(exitCode, 2);
    assert.equal(out, "");
    assert.match(err, /--out - takes one data type as (Parquet|CSV).*OPTION_CONFLICT/);
    assert.match(err, /--types/);
  }
});

async function temporaryDatabase(): Promise<{ readonly url: string } & AsyncDisposable> {
  const { url, drop } = await createDatabase();
  return { url, [Symbol.asyncDispose]: drop };
}
