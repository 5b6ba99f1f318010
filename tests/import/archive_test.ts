import assert from "node:assert/strict";
import { openArchive } from "../../pipelines/import/archive.ts";
import { judgeMember } from "../../pipelines/import/files.ts";
import { scanArchive } from "../../pipelines/import/scan.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { withZip, zipOf } from "./support.ts";

const FILE = new Map([[
  "App Data/dailysleep.csv",
  "id;day;score\n" +
  Array.from({ length: 500 }, (_, n) => `a${(n * 7919) % 1009};2026-07-01;70\n`).join(""),
]]);

async function read(path: string): Promise<void> {
  await using archive = await openArchive(path);
  await scanArchive(archive, shippedPipeline().types);
}

const refused: [string, string, () => Promise<Uint8Array> | Uint8Array][] = [
  ["a cut ZIP", "ARCHIVE_DAMAGED", async () => (await zipOf(FILE)).slice(0, 100)],
  ["a file that is no ZIP", "ARCHIVE_DAMAGED", () => new TextEncoder().encode("hello")],
  ["a ZIP whose data changed", "ARCHIVE_DAMAGED", async () => {
    const bytes = await zipOf(FILE);
    bytes[400] = bytes[400]! ^ 0xff;
    return bytes;
  }],
  ["an encrypted ZIP", "ARCHIVE_ENCRYPTED", () => zipOf(FILE, { password: "secret" })],
  ["a ZIP of something else", "ARCHIVE_UNKNOWN", () => zipOf(new Map([["x/readme.txt", "hi"]]))],
  [
    "a path that leads out",
    "ARCHIVE_UNSAFE",
    () => zipOf(new Map([["../dailysleep.csv", "id;day\n"]])),
  ],
  [
    "a ZIP bomb",
    "ARCHIVE_UNSAFE",
    () => zipOf(new Map([["dailysleep.csv", "id;day\n" + "a".repeat(80_000_000)]])),
  ],
  [
    "a trends CSV",
    "ARCHIVE_OUTDATED",
    () => new TextEncoder().encode("date,Sleep Score,Total Sleep Time\n2020-01-01,80,25000\n"),
  ],
  [
    "the JSON of API v1",
    "ARCHIVE_OUTDATED",
    () => new TextEncoder().encode('{"activity": [], "sleep": []}'),
  ],
];

for (const [what, code, bytes] of refused) {
  Deno.test(`${what} is refused with ${code}`, async () => {
    await withZip(await bytes(), async (path) => {
      await assert.rejects(read(path), { code });
    });
  });
}

Deno.test("a path without a file is refused with ARCHIVE_MISSING", async () => {
  await assert.rejects(read("/nowhere/data.zip"), { code: "ARCHIVE_MISSING" });
});

Deno.test("a folder whose file is gone is refused with ARCHIVE_UNREADABLE", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/dailysleep.csv`;
    await Deno.writeTextFile(path, "id;day\na;2026-07-01\n");
    await using archive = await openArchive(folder);
    await Deno.remove(path);
    await assert.rejects(scanArchive(archive, shippedPipeline().types), {
      code: "ARCHIVE_UNREADABLE",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a folder is read as a ZIP is, whatever lies around its files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/data/App Data`, { recursive: true });
    await Deno.writeTextFile(`${folder}/data/App Data/dailysleep.csv`, "id;day\na;2026-07-01\n");
    await using archive = await openArchive(folder);
    const scan = await scanArchive(archive, shippedPipeline().types);
    assert.deepEqual(scan.types.map(({ type, rows }) => [type.name, rows]), [["daily_sleep", 1]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("judgeMember() knows a file under every name that was reported", () => {
  const names = {
    "App Data/dailysleep.csv": "daily_sleep",
    "App Data\\DailySleep.csv": "daily_sleep",
    "data/App Data/sleep_2024-01-01_2024-12-31.csv": "sleep",
    "1778190221578_heartrate.csv": "heart_rate",
    "tag.csv": "enhanced_tag",
  };
  for (const [path, dataType] of Object.entries(names)) {
    assert.deepEqual(judgeMember(path), { kind: "load", dataType, sensitive: false }, path);
  }
  for (
    const path of ["__MACOSX/._heartrate.csv", "App Data/rawlocation.csv", "Subscriptions/a.csv"]
  ) {
    assert.equal(judgeMember(path).kind, "never", path);
  }
});
