/** Archives unlike any export: refused in one message, or read as far as they can be. */
import assert from "node:assert/strict";
import { TextReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { openArchive } from "../../pipelines/import/archive.ts";
import { ArchiveError } from "../../pipelines/import/errors.ts";
import { type Scan, scanArchive } from "../../pipelines/import/scan.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { withZip, zipOf } from "./support.ts";

const TYPES = shippedPipeline().types;
const SLEEP = "id;day;score\na;2026-07-01;70\n";

async function scan(path: string): Promise<Scan> {
  await using archive = await openArchive(path);
  return await scanArchive(archive, TYPES);
}

/** What the scan of a ZIP finds: rows by data type, and reasons by path. */
async function found(bytes: Uint8Array): Promise<{ rows: unknown; ignored: unknown }> {
  let result: { rows: unknown; ignored: unknown } | undefined;
  await withZip(bytes, async (path) => {
    const { types, ignored } = await scan(path);
    result = {
      rows: types.map(({ type, rows }) => [type.name, rows]),
      ignored: ignored.map(({ path, reason, rows }) => [path, reason, rows]),
    };
  });
  return result!;
}

interface Entry {
  readonly text: string;
  readonly password?: string;
}

async function zipWith(entries: Readonly<Record<string, Entry>>): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [path, { text, ...options }] of Object.entries(entries)) {
    await writer.add(path, new TextReader(text), options);
  }
  return await writer.close();
}

const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Where a record of a ZIP begins. */
function placeOf(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = bytes.length - 4; at >= 0; at--) {
    if (view.getUint32(at, true) === signature) return at;
  }
  throw new TypeError("no such record");
}

/** The same archive, whose directory names its only file so often. */
function repeated(one: Uint8Array, times: number): Uint8Array {
  const [from, end] = [placeOf(one, CENTRAL), placeOf(one, END)];
  const length = (end - from) * times;
  const bytes = new Uint8Array(from + length + one.length - end);
  bytes.set(one.subarray(0, from));
  for (let i = 0; i < times; i++) bytes.set(one.subarray(from, end), from + i * (end - from));
  bytes.set(one.subarray(end), from + length);
  const view = new DataView(bytes.buffer);
  view.setUint16(from + length + 8, times, true);
  view.setUint16(from + length + 10, times, true);
  view.setUint32(from + length + 12, length, true);
  return bytes;
}

Deno.test("a ZIP that is cut anywhere, or has any byte changed, ends in one message", async () => {
  const rows = Array.from({ length: 20 }, (_, n) => `a${(n * 7919) % 1009};2026-07-01;70\n`);
  const whole = await zipOf(new Map([["App Data/dailysleep.csv", SLEEP + rows.join("")]]));
  await using place = await temporaryDirectory();
  const path = `${place.path}/data.zip`;
  const read = async (bytes: Uint8Array) => {
    await Deno.writeFile(path, bytes);
    return await scan(path).catch((error) => error);
  };
  for (let length = 0; length < whole.length; length++) {
    const ended = await read(whole.slice(0, length));
    assert.equal(ended.code, "ARCHIVE_DAMAGED", `cut after ${length} bytes`);
  }
  for (let at = 0; at < whole.length; at++) {
    const bytes = whole.slice();
    bytes[at] = bytes[at]! ^ 0xff;
    const ended = await read(bytes);
    // A time or a mark that nothing depends on may have changed; rows may not.
    const isWhole = !(ended instanceof Error) && ended.types[0]?.rows === 21;
    assert.ok(isWhole || ended instanceof ArchiveError, `byte ${at}: ${ended}`);
  }
});

Deno.test("an unknown file that is a bomb, or encrypted, is not opened and stops nothing", async () => {
  const bytes = await zipWith({
    "App Data/dailysleep.csv": { text: SLEEP },
    "bomb.csv": { text: "a".repeat(80_000_000) },
    "secret.csv": { text: SLEEP, password: "x" },
    "inner.zip": { text: "PK" },
  });
  assert.deepEqual(await found(bytes), {
    rows: [["daily_sleep", 1]],
    ignored: [["bomb.csv", "unknown", null], ["inner.zip", "unknown", null]].concat([
      ["secret.csv", "unknown", null],
    ]),
  });
});

Deno.test("a file that is packed in a way we cannot read is refused with ARCHIVE_PACKED", async () => {
  const bytes = await zipWith({ "dailysleep.csv": { text: SLEEP } });
  const view = new DataView(bytes.buffer);
  const zstandard = 93;
  view.setUint16(8, zstandard, true);
  view.setUint16(placeOf(bytes, CENTRAL) + 10, zstandard, true);
  await assert.rejects(found(bytes), { code: "ARCHIVE_PACKED" });
});

Deno.test("files that share their bytes, and too many files, are refused", async () => {
  const digits = Array.from({ length: 5_000 }, (_, n) => `a${(n * 7919) % 5_003};2026-07-01;7\n`);
  const long = await zipWith({ "dailysleep.csv": { text: SLEEP + digits.join("") } });
  await assert.rejects(found(repeated(long, 20)), { code: "ARCHIVE_UNSAFE", message: /overlap/ });
  const small = await zipWith({ "dailysleep.csv": { text: SLEEP } });
  await assert.rejects(found(repeated(small, 10_001)), {
    code: "ARCHIVE_UNSAFE",
    message: /more than 10000 files/,
  });
});

Deno.test("a symbolic link in a folder is named and not followed", async () => {
  await using place = await temporaryDirectory();
  const folder = `${place.path}/export`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/dailysleep.csv`, SLEEP);
  await Deno.writeTextFile(`${place.path}/elsewhere.csv`, SLEEP);
  await Deno.symlink(`${place.path}/elsewhere.csv`, `${folder}/dailyspo2.csv`);
  await Deno.symlink(folder, `${folder}/loop`);
  const { types, ignored } = await scan(folder);
  assert.deepEqual(types.map(({ type }) => type.name), ["daily_sleep"]);
  assert.deepEqual(ignored.map(({ path, reason }) => [path, reason]), [
    ["dailyspo2.csv", "link"],
    ["loop", "link"],
  ]);
});

const texts: [string, string, unknown][] = [
  ["lines that end with CR alone", SLEEP.replaceAll("\n", "\r"), [["daily_sleep", 1]]],
  ["lines that end with CRLF", SLEEP.replaceAll("\n", "\r\n"), [["daily_sleep", 1]]],
  ["the header again in the middle", `${SLEEP}id;day;score\nb;2026-07-02;71\n`, [[
    "daily_sleep",
    2,
  ]]],
  ["the header again behind a mark", `${SLEEP}\uFEFFid;day;score\r\n`, [["daily_sleep", 1]]],
  ["two columns of one name", "id;day;score;score\na;2026-07-01;70;71\n", []],
  ["a column without a name", "id;day;score;\na;2026-07-01;70;\n", [["daily_sleep", 1]]],
];

for (const [what, text, rows] of texts) {
  Deno.test(`a file with ${what} is read as it stands, or named`, async () => {
    const { rows: read, ignored } = await found(await zipWith({ "dailysleep.csv": { text } }));
    assert.deepEqual(read, rows);
    const named = [["dailysleep.csv", "unknown header", 1]];
    assert.deepEqual(ignored, Array.isArray(rows) && rows.length > 0 ? [] : named);
  });
}

Deno.test("a file in UTF-16 is named, and not taken for an empty one", async () => {
  await using place = await temporaryDirectory();
  const units = Uint16Array.from(`\uFEFF${SLEEP}`, (character) => character.charCodeAt(0));
  await Deno.writeFile(`${place.path}/dailysleep.csv`, new Uint8Array(units.buffer));
  const { types, ignored } = await scan(place.path);
  assert.deepEqual([types.length, ignored[0]?.reason], [0, "unknown header"]);
});
