/** Documents by their ids: loaded, changed, deleted, quarantined, waited for, or left to the process that has them. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { EXIT, UsageError } from "../../lib/errors.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { staticToken as fixedToken } from "../../lib/oura/token_provider.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import type { DocumentRequest } from "../../pipelines/sync/documents/one_document.ts";
import {
  type DocumentsReport,
  syncDocuments,
} from "../../pipelines/sync/documents/sync_documents.ts";
import { serveSimulator, staticToken, truth } from "../../simulator/mod.ts";
import { onServerFirst } from "../support/server_first.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const WEARER = "one";
const TYPE = "sleep";

/** A wearer's night at the simulator, and the sync of it. */
interface Night {
  readonly id: string;
  /** Changes how Oura answers for the single document: the status, or fields of the body. */
  answer: { status?: number; fields?: Record<string, unknown> };
  sync(
    request?: Partial<DocumentRequest> & { token?: string; more?: readonly DocumentRequest[] },
  ): Promise<DocumentsReport>;
}

async function withNight(db: Database, body: (night: Night) => Promise<void>): Promise<void> {
  const oura = serveSimulator({ users: [{ id: WEARER, zone: "UTC" }], days: 5 });
  try {
    const declared = shippedPipeline(db.schema, 3);
    const lease = { holder: crypto.randomUUID() };
    const { pipeline } = await applyAdditive(db, declared, lease);
    const [from, to] = ["2000-01-01", "2100-01-01"];
    const [newest] = [...truth(oura.world, { user: WEARER, type: TYPE, from, to })];
    const night: Night = {
      id: newest!.key,
      answer: {},
      sync({ token = staticToken(WEARER), more = [], ...request } = {}) {
        const fetching: typeof fetch = async (input, init) => {
          const response = await fetch(input, init);
          const { status, fields } = night.answer;
          const text = await response.text();
          if (fields === undefined) {
            return new Response(text, { status: status ?? response.status });
          }
          return Response.json({ ...JSON.parse(text), ...fields });
        };
        const http = new OuraHttp({
          tokens: fixedToken(token),
          baseUrl: oura.url,
          backoffMs: 1,
          fetch: fetching,
        });
        const shared = { db, pipeline, lease, version: "test", userId: WEARER, http };
        const document = { dataType: TYPE, documentId: night.id, ...request };
        return syncDocuments({ ...shared, documents: [document, ...more] });
      },
    };
    await body(night);
  } finally {
    await oura.close();
  }
}

async function stateOf(db: Database, id: string) {
  const stored = await db.query<{ deleted: boolean; efficiency: number | null }>(
    `SELECT deleted_at IS NOT NULL AS deleted, (raw_data ->> 'efficiency')::int AS efficiency
    FROM oura.sleep WHERE user_id = $1 AND id = $2`,
    [WEARER, id],
  );
  const rejects = await db.query<{ state: string }>("SELECT state FROM oura.rejects ORDER BY id");
  return { rows: stored.rows, rejects: rejects.rows.map(({ state }) => state) };
}

async function lastRun(db: Database) {
  const { rows } = await db.query(
    "SELECT command, state, error_code FROM oura.sync_runs ORDER BY id DESC LIMIT 1",
  );
  return rows[0];
}

onServerFirst(
  "one document is loaded, changed, deleted and restored",
  (db) =>
    withNight(db, async (night) => {
      const created = await night.sync();
      assert.deepEqual([created.exitCode, created.counts.inserted], [0, 1]);
      assert.equal(created.traffic.requests, 1);
      assert.deepEqual(await lastRun(db), { command: "document", state: "done", error_code: null });
      assert.equal((await night.sync()).counts.unchanged, 1);

      night.answer = { fields: { efficiency: 41 } };
      assert.equal((await night.sync()).counts.updated, 1);
      assert.deepEqual((await stateOf(db, night.id)).rows, [{ deleted: false, efficiency: 41 }]);

      night.answer = { status: 404 };
      assert.equal((await night.sync()).counts.deleted, 1);
      assert.equal((await night.sync()).counts.deleted, 0, "a deleted document is marked once");
      assert.deepEqual((await stateOf(db, night.id)).rows, [{ deleted: true, efficiency: 41 }]);

      night.answer = { fields: { efficiency: 42 } };
      await night.sync();
      assert.deepEqual((await stateOf(db, night.id)).rows, [{ deleted: false, efficiency: 42 }]);
      assert.equal((await db.query("SELECT 1 FROM oura.sync_leases")).rowCount, 0);
    }),
);

onServerFirst(
  "the figures of a night's series follow each document",
  (db) =>
    withNight(db, async (night) => {
      const figures = async () =>
        (await db.query(
          `SELECT low, mean, high, samples FROM oura.series_documents
          WHERE user_id = $1 AND series = 'sleep_hrv' AND document_id = $2`,
          [WEARER, night.id],
        )).rows;
      const hrv = (items: readonly number[]) => ({
        hrv: { interval: 300, items, timestamp: "2026-01-01T22:00:00+00:00" },
      });
      night.answer = { fields: hrv([20, 40, 60]) };
      await night.sync();
      assert.deepEqual(await figures(), [{ low: 20, mean: 40, high: 60, samples: 3 }]);
      night.answer = { fields: hrv([30, 50]) };
      await night.sync();
      assert.deepEqual(await figures(), [{ low: 30, mean: 40, high: 50, samples: 2 }]);
      night.answer = { status: 404 };
      await night.sync();
      assert.deepEqual(await figures(), []);
    }),
);

for (const [how, answer] of [["fixed", {}], ["deleted", { status: 404 }]] as const) {
  onServerFirst(
    `a rejected document leaves the quarantine once it is ${how}`,
    (db) =>
      withNight(db, async (night) => {
        night.answer = { fields: { day: "not a day" } };
        assert.equal((await night.sync()).counts.rejected, 1);
        assert.deepEqual(await stateOf(db, night.id), { rows: [], rejects: ["open"] });

        night.answer = answer;
        assert.equal((await night.sync()).exitCode, 0);
        const { rows, rejects } = await stateOf(db, night.id);
        assert.deepEqual([rows.length, rejects], [how === "fixed" ? 1 : 0, ["resolved"]]);
      }),
  );
}

onServerFirst(
  "a document whose data type another process syncs is left to it",
  (db) =>
    withNight(db, async (night) => {
      const holder = "another process";
      const lifeOf = () => Promise.resolve("alive" as const);
      await using _ = await acquireLeases(db, WEARER, [TYPE], { holder, lifeOf });
      // Alive, so that the sync does not wait for the lease to expire.
      const report = await busySync(db, night);
      assert.deepEqual([report.exitCode, report.types[0]?.state], [75, "busy"]);
      assert.equal(report.traffic.requests, 0);
      assert.equal((await lastRun(db))?.state, "busy");
      assert.deepEqual((await stateOf(db, night.id)).rows, []);
    }),
);

/** Syncs while the lease's holder renews it: that tells it from a dead one. */
async function busySync(db: Database, night: Night): Promise<DocumentsReport> {
  const renewal = setInterval(() => {
    db.query("UPDATE oura.sync_leases SET expires_at = expires_at + interval '1 second'")
      .catch(() => {});
  }, 50);
  try {
    return await night.sync();
  } finally {
    clearInterval(renewal);
  }
}

onServerFirst(
  "a token that Oura refuses ends as an expired sign-in, as in a sync",
  (db) =>
    withNight(db, async (night) => {
      const report = await night.sync({ token: "refused" });
      assert.deepEqual([report.exitCode, report.types[0]?.state], [EXIT.signIn, "failed"]);
      assert.deepEqual(await lastRun(db), {
        command: "document",
        state: "failed",
        error_code: "OURA_TOKEN_REFUSED",
      });
      assert.deepEqual((await stateOf(db, night.id)).rows, []);
    }),
);

onServerFirst(
  "a data type without single documents is refused before a run is recorded",
  (db) =>
    withNight(db, async (night) => {
      await assert.rejects(night.sync({ dataType: "heart_rate" }), UsageError);
      assert.equal(await lastRun(db), undefined);
    }),
);

onServerFirst(
  "a document that Oura does not have yet is not taken for a deleted one",
  (db) =>
    withNight(db, async (night) => {
      await night.sync();
      night.answer = { status: 404 };
      const report = await night.sync({ whenMissing: "wait" });
      assert.deepEqual([report.exitCode, report.documents[0]?.ending.state], [0, "missing"]);
      assert.equal((await stateOf(db, night.id)).rows[0]?.deleted, false);
    }),
);

onServerFirst(
  "several documents are one run; one that fails fails no other",
  (db) =>
    withNight(db, async (night) => {
      const gone = { dataType: "daily_sleep", documentId: "no such document" };
      const report = await night.sync({ more: [gone, { dataType: TYPE, documentId: "../x" }] });
      assert.deepEqual(report.documents.map(({ ending }) => ending.state), [
        "stored",
        "deleted",
        "deleted",
      ]);
      assert.equal((await db.query("SELECT 1 FROM oura.sync_runs")).rowCount, 1);
      assert.deepEqual(report.types.map(({ dataType }) => dataType), [TYPE, "daily_sleep"]);
    }),
);
