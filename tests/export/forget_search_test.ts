/** After `forget`, a search as a hostile reader would do it: through a dump, and through the files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { putDatabase } from "../support/embedded_image.ts";
import { runInProcess } from "../support/in_process.ts";
import { createDatabase } from "../support/postgres.ts";
import { postgresBinaries } from "../support/postgres_binaries.ts";
import { appliedTemplate, DEFAULT_SCHEMA } from "../support/server_database.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

const WEARER = "wearer-to-forget";
const SECRET = "words of the forgotten";
const OTHER = "wearer-to-keep";
const THEIRS = "words of the other";

/** An archive with free text, a document, samples, and a row for quarantine. */
async function writeArchive(directory: string, words: string): Promise<void> {
  const files = {
    enhancedtag: "id;comment;start_day;start_time;tag_type_code\n" +
      [1, 2, 3].map((n) => `${words} ${n};${words};2026-07-0${n};2026-07-01T08:00:00Z;${words}\n`)
        .join(""),
    meal: `id;day;name;start_time\n${words};2026-07-01;${words};2026-07-01T12:00:00Z\n` +
      `bad;2026-07-02;${words};not a time\n`,
    temperature: "timestamp;skin_temp;note\n" +
      Array.from(
        { length: 800 },
        (_, n) =>
          `${new Date(Date.UTC(2026, 6, 1) + n * 60_000).toISOString()};33.${n % 10};${words}\n`,
      )
        .join(""),
  };
  await Deno.mkdir(directory);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(directory, `${name}.csv`), text);
  }
}

interface Desk {
  run(...args: string[]): Promise<string>;
  readonly directory: string;
}

/** Loads both wearers; the one to forget twice, with other words, so that there are revisions. */
async function withBoth(
  env: Record<string, string>,
  body: (desk: Desk) => Promise<void>,
): Promise<void> {
  await using place = await temporaryDirectory();
  const directory = place.path;
  const run = async (...args: string[]) => {
    const { exitCode, out, err } = await runInProcess({ directory, env }, args);
    // Some rows are meant for quarantine.
    assert.ok(exitCode === 0 || exitCode === 4, `${args.join(" ")}: ${err}`);
    return out;
  };
  if (env.DATABASE_URL === undefined) await putDatabase(join(directory, "data", "database"));
  await writeArchive(join(directory, "mine"), SECRET);
  await writeArchive(join(directory, "theirs"), THEIRS);
  await run("import", "mine", "--user-id", WEARER, "--exported-at", "2026-07-02");
  await run("import", "theirs", "--user-id", OTHER, "--exported-at", "2026-07-02");
  await Deno.writeTextFile(
    join(directory, "mine", "meal.csv"),
    `id;day;name;start_time\n${SECRET};2026-07-01;another meal;2026-07-01T12:00:00Z\n`,
  );
  await run("import", "mine", "--user-id", WEARER, "--exported-at", "2026-07-03");
  await body({ directory, run });
}

/** Every file below a directory as text, a byte a character. */
async function* files(directory: string): AsyncGenerator<[path: string, text: string]> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) yield* files(path);
    else yield [path, new TextDecoder("latin1").decode(await Deno.readFile(path))];
  }
}

async function filesWith(directory: string, words: string): Promise<string[]> {
  const found: string[] = [];
  for await (const [path, text] of files(directory)) if (text.includes(words)) found.push(path);
  return found;
}

Deno.test("after forget no file of the embedded database holds the wearer", async () => {
  await withBoth({}, async ({ directory, run }) => {
    const data = join(directory, "data");
    for (const words of [WEARER, SECRET]) assert.notDeepEqual(await filesWith(data, words), []);
    const theirs = () => run("export", "--format", "ndjson", "--out", "-", "--user-id", OTHER);
    const before = await theirs();
    assert.ok(before.includes(THEIRS));
    await run("forget", "--user-id", WEARER, "--yes");
    for (const words of [WEARER, SECRET]) assert.deepEqual(await filesWith(data, words), []);
    assert.equal(await theirs(), before);
  });
});

const { directory: binaries, runAs } = await postgresBinaries();
const pgDump = await Deno.stat(join(binaries, "pg_dump")).then(() => join(binaries, "pg_dump"))
  .catch(() => null);

// The server that npm carries comes without it.
if (pgDump !== null) {
  Deno.test("after forget a dump of the database holds nothing of the wearer", async () => {
    const database = await createDatabase(await appliedTemplate(DEFAULT_SCHEMA));
    try {
      const dump = async () => {
        const { success, stdout, stderr } = await new Deno.Command(pgDump, {
          args: ["--inserts", database.url],
          ...(runAs ?? {}),
        }).output();
        assert.ok(success, new TextDecoder().decode(stderr));
        return new TextDecoder().decode(stdout);
      };
      await withBoth({ DATABASE_URL: database.url }, async ({ directory, run }) => {
        const theirs = (text: string) => text.split("\n").filter((line) => line.includes(OTHER));
        const before = await dump();
        assert.ok(before.includes(WEARER) && before.includes(SECRET));
        assert.ok(theirs(before).length > 800);
        await run("forget", "--user-id", WEARER, "--yes");
        const after = await dump();
        for (const words of [WEARER, SECRET, "another meal"]) {
          assert.ok(!after.includes(words), words);
          assert.deepEqual(await filesWith(join(directory, "data"), words), []);
        }
        assert.deepEqual(theirs(after), theirs(before));
      });
    } finally {
      await database.drop();
    }
  });
}
