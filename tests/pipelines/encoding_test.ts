/** Databases that cannot store every character. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { listRejects, readRejects } from "../../lib/db/store/rejects.ts";
import { retryRejects } from "../../pipelines/reprocess/retry_rejects.ts";
import { createDatabase } from "../support/postgres.ts";
import { ScriptedOura, syncScripted } from "../support/scripted_oura.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const NOW = new Date("2026-03-29T09:40:00Z");

/** A character that the encoding stores, and one that it does not; neither stores the smiling face. */
const ENCODINGS = [
  { encoding: "LATIN1", stored: "é", foreign: "眠" },
  { encoding: "WIN1252", stored: "€", foreign: "眠" },
  { encoding: "EUC_JP", stored: "眠", foreign: "€" },
];

async function withEncoding(encoding: string, body: (db: Database) => Promise<void>) {
  const options = `ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`;
  const { url, drop } = await createDatabase("template0", options);
  const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
  try {
    await migrate(db);
    await body(db);
  } finally {
    await db.close();
    await drop();
  }
}

/** With a `day`, by which the list answers whatever `start_day` is. */
function tag(id: string, comment: string) {
  return {
    id,
    day: "2026-03-28",
    start_day: "2026-03-28",
    end_day: null,
    start_time: "2026-03-28T10:00:00+00:00",
    end_time: null,
    tag_type_code: "custom",
    custom_name: "note",
    comment,
  };
}

/** Enough of them that a few rejects are no reason to stop. */
const PLAIN = Array.from({ length: 400 }, (_, i) => tag(`plain ${i}`, "tea"));

for (const { encoding, stored, foreign } of ENCODINGS) {
  Deno.test(`${encoding}: a document that does not fit is quarantined, the rest is loaded`, async () => {
    await withEncoding(encoding, async (db) => {
      const oura = new ScriptedOura();
      oura.lists = {
        enhanced_tag: [
          ...PLAIN,
          tag("stored", stored),
          tag("foreign", `${stored}${foreign}`),
          tag("face", "slept well 😀"),
          { ...tag("misfit 😀", "x"), start_day: "no day" },
        ],
      };
      const types = ["enhanced_tag"];
      const report = await syncScripted(db, oura, NOW, types);
      assert.deepEqual(report.counts, {
        inserted: PLAIN.length + 1,
        updated: 0,
        unchanged: 0,
        rejected: 3,
        deleted: 0,
      });
      const { rows } = await db.query<{ id: string; comment: string }>(
        "SELECT id, comment FROM oura.enhanced_tag WHERE id IN ('plain 0', 'stored') ORDER BY id",
      );
      assert.deepEqual(rows, [{ id: "plain 0", comment: "tea" }, {
        id: "stored",
        comment: stored,
      }]);

      const rejects = await readRejects(db, {});
      const documents = rejects.map(({ document }) => JSON.parse(document).comment);
      assert.deepEqual(documents, [`${stored}${foreign}`, "slept well 😀", "x"]);
      assert.deepEqual(rejects.map(({ documentKey }) => documentKey), ["foreign", "face", null]);
      for (const { reason } of rejects.slice(0, 2)) {
        assert.match(reason, new RegExp(`${encoding}, cannot store`));
        assert.ok(!reason.includes(foreign) && !reason.includes("😀"), "the value stays unsaid");
      }

      const again = await syncScripted(db, oura, NOW, types, {
        kind: "exactly",
        span: { from: "2026-03-28", to: "2026-03-28" },
      });
      assert.equal(again.counts.unchanged, PLAIN.length + 1);
      assert.equal((await listRejects(db, {})).length, 3);
    });
  });
}

Deno.test("rejects retry keeps what still does not fit, and loads the rest", async () => {
  await withEncoding("LATIN1", async (db) => {
    const oura = new ScriptedOura();
    oura.lists = { enhanced_tag: [tag("face", "😀"), ...PLAIN] };
    await syncScripted(db, oura, NOW, ["enhanced_tag"]);
    // As if its reason were one that is gone by now.
    await db.exec(
      `INSERT INTO oura.rejects (user_id, data_type, document_key, path, reason, document, document_hash)
      SELECT user_id, data_type, 'fits', '', 'old', replace(document::text, 'face', 'fits')::json, 'x'
      FROM oura.rejects`,
    );
    await db.exec(
      String
        .raw`UPDATE oura.rejects SET document = replace(document::text, '\ud83d\ude00', 'tea')::json
      WHERE document_key = 'fits'`,
    );
    const [outcome] = await retryRejects(db, {
      pipeline: shippedPipeline(),
      filter: {},
      lease: { holder: crypto.randomUUID() },
      version: "test",
    });
    assert.deepEqual([outcome!.resolved, outcome!.remaining], [1, 1]);
    const [left] = await listRejects(db, {});
    assert.match(left!.reason, /LATIN1, cannot store/);
  });
});
