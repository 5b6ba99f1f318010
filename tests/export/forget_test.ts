import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { type ForgetOptions, forgetWearer } from "../../pipelines/forget/forget.ts";
import { applyYaml, nights, store, values, WEARER } from "../columns/support.ts";
import { onServerFirst } from "../support/server_first.ts";

const TYPES = `
daily_sleep:
  columns: { score: score }
sleep:
  series: { sleep_hrv: hrv }`;
const OTHER = "other-wearer";
/** A value that only the forgotten wearer has. */
const SECRET = "secret-note-of-the-wearer";

async function fill(db: Database): Promise<void> {
  await applyYaml(db, TYPES);
  const night = (id: string) => ({
    id,
    day: "2026-01-02",
    note: id,
    bedtime_start: "2026-01-01T23:10:00+02:00",
    hrv: { interval: 300, items: [40, 41], timestamp: "2026-01-01T23:10:00+02:00" },
  });
  await store(db, TYPES, "daily_sleep", nights(12));
  await store(db, TYPES, "sleep", [night(SECRET)]);
  await store(db, TYPES, "daily_sleep", nights(3), OTHER);
  await store(db, TYPES, "sleep", [night("their-note")], OTHER);
  await db.query(
    `INSERT INTO oura.rejects (user_id, data_type, reason, document, document_hash)
      VALUES ($1, 'sleep', 'x', $2::json, 'h')`,
    [WEARER, JSON.stringify({ note: SECRET })],
  );
  await db.query(
    `INSERT INTO oura.webhook_events
        (user_id, dedupe_key, event_type, data_type, object_id, payload, signature_ok, state)
      VALUES ($1, 'k', 'update', 'sleep', 'd', $2::json, true, 'aside')`,
    [WEARER, JSON.stringify({ user_id: WEARER })],
  );
  // A table that the configuration does not declare any more.
  await db.exec(`CREATE TABLE oura.undeclared (user_id text, note text);
    INSERT INTO oura.undeclared VALUES ('${WEARER}', '${SECRET}'), ('${OTHER}', 'theirs')`);
}

function options(change: Partial<ForgetOptions> = {}): ForgetOptions {
  return {
    userId: WEARER,
    dataTypes: ["daily_sleep", "sleep"],
    lease: { holder: "forgetter" },
    configChecksum: "checksum",
    before: () => Promise.resolve(),
    batchRows: 5,
    ...change,
  };
}

/** Every row of every table as text. */
async function dump(db: Database): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1",
    [db.schema],
  );
  const texts: string[] = [];
  for (const { name } of rows) {
    const { rows } = await db.query<{ text: string }>(
      `SELECT t::text AS text FROM oura.${q(name)} AS t`,
    );
    texts.push(...rows.map(({ text }) => `${name} ${text}`));
  }
  return texts.join("\n");
}

onServerFirst("forget leaves nothing of the wearer in any table", async (db) => {
  await fill(db);
  assert.match(await dump(db), new RegExp(SECRET));
  const deleted = await forgetWearer(db, options());
  const after = await dump(db);
  assert.doesNotMatch(after, new RegExp(`${SECRET}|${WEARER}`));
  assert.deepEqual(
    await values(db, "sync_runs", "command || ' ' || state || ' ' || (user_id = '')"),
    ["forget done true"],
  );
  assert.deepEqual(await values(db, "sync_runs", "rows_deleted"), [deleted]);
}, { otherSchema: true });

onServerFirst("forget leaves the other wearers alone", async (db) => {
  await fill(db);
  const theirs = async () =>
    (await dump(db)).split("\n").filter((line) => line.includes(OTHER)).sort();
  const before = await theirs();
  assert.ok(before.length > 5);
  await forgetWearer(db, options());
  assert.deepEqual(await theirs(), before);
});

onServerFirst("forget goes on where it was interrupted", async (db) => {
  await fill(db);
  const stop = new AbortController();
  let looks = 0;
  const signal = Object.create(stop.signal, {
    throwIfAborted: {
      value: () => {
        if (++looks > 3) throw new Error("interrupted");
      },
    },
  });
  await assert.rejects(forgetWearer(db, options({ signal })), /interrupted/);
  assert.match(await dump(db), new RegExp(WEARER));
  await forgetWearer(db, options());
  assert.doesNotMatch(await dump(db), new RegExp(`${SECRET}|${WEARER}`));
});

onServerFirst("forget refuses while a sync of the wearer runs", async (db) => {
  await fill(db);
  await using _ = await acquireLeases(db, WEARER, ["a_type_of_another_file"], { holder: "sync" });
  let signedOut = false;
  const before = () => {
    signedOut = true;
    return Promise.resolve();
  };
  await assert.rejects(forgetWearer(db, options({ before })), { code: "FORGET_BUSY" });
  assert.equal(signedOut, false);
  assert.match(await dump(db), new RegExp(SECRET));
});
