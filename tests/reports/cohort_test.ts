import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { utcDay } from "../../lib/values/days.ts";
import { cohortCsv } from "../../reports/cohort/csv.ts";
import type { Cohort, CohortSource } from "../../reports/cohort/model.ts";
import { COHORT_DAYS, readCohort } from "../../reports/cohort/read_cohort.ts";
import { findGaps } from "../../reports/gaps/find_gaps.ts";
import { openSource, tablesOf } from "../../reports/metrics/source.ts";
import { completeness } from "../../reports/views/completeness.ts";
import type { Pipeline } from "../../config/model.ts";
import { NOW, TODAY, withPageWorld } from "../support/page_world.ts";
import { onServerFirst } from "../support/server_first.ts";

/** West, near and far east of UTC, and one whose ring was away. */
const USERS = [
  { id: "berlin", zone: "Europe/Berlin" },
  { id: "los-angeles", zone: "America/Los_Angeles" },
  { id: "sydney", zone: "Australia/Sydney" },
  { id: "away", zone: "UTC" },
];
const NAMES = USERS.map(({ id }) => id);

async function sourceOf(db: Database, pipeline: Pipeline, now = NOW): Promise<CohortSource> {
  const wearers = NAMES.map((userId) => ({ userId, label: userId === "away" ? "P-4" : null }));
  return { db, pipeline: await tablesOf(db, pipeline), wearers, now: new Date(now) };
}

/** Takes days away, and lets a window and a scope fail, as life does. */
async function trouble(db: Database): Promise<void> {
  await db.exec(`
    UPDATE oura.daily_sleep SET deleted_at = updated_at
      WHERE user_id = 'berlin' AND day BETWEEN '2026-11-16' AND '2026-11-18';
    UPDATE oura.heart_rate SET deleted_at = updated_at
      WHERE user_id = 'sydney' AND "timestamp" BETWEEN '2026-11-19T13:00Z' AND '2026-11-20T13:00Z';
    UPDATE oura.daily_stress SET deleted_at = updated_at WHERE user_id = 'los-angeles';
    DELETE FROM oura.sync_windows WHERE user_id = 'los-angeles' AND data_type = 'daily_stress';
    UPDATE oura.sleep SET deleted_at = updated_at WHERE user_id = 'away' AND day > '2026-11-20';
    UPDATE oura.daily_sleep SET deleted_at = updated_at
      WHERE user_id = 'away' AND day = '2026-11-25';
    UPDATE oura.daily_activity SET deleted_at = updated_at
      WHERE user_id = 'away' AND day > '2026-11-12';
    INSERT INTO oura.sync_windows (user_id, data_type, from_day, to_day, state, error_code)
      VALUES ('away', 'daily_activity', '2026-11-14', '2026-11-15', 'failed', 'OURA_ANSWER');
    INSERT INTO oura.rejects (user_id, data_type, reason, document, document_hash)
      VALUES ('berlin', 'daily_sleep', 'no number', '{"day":"2026-11-17"}', 'x');
  `);
}

/** A wearer's cells as the pages of the single wearer have them. */
async function single(source: CohortSource, userId: string, cohort: Cohort) {
  const one = await openSource(source.db, source.pipeline, userId, source.now);
  const model = await completeness(one, { from: cohort.from, to: cohort.to });
  return new Map(model.types.map(({ dataType, cells }) => [dataType, cells]));
}

onServerFirst(
  "the cohort has for each wearer, type and day what the wearer's own pages have",
  async (db, t) => {
    await withPageWorld(db, { days: 32, heartDays: 8, users: USERS }, async ({ pipeline }) => {
      await trouble(db);
      for (const now of [NOW, "2026-11-25T23:30:00Z", "2026-11-25T00:30:00Z"]) {
        const source = await sourceOf(db, pipeline, now);
        const cohort = await readCohort(source);
        await t.step(`cells at ${now}`, async () => {
          assert.equal(cohort.days.length, COHORT_DAYS);
          for (const { userId, types } of cohort.wearers) {
            const expected = await single(source, userId, cohort);
            const causes = new Set<string>();
            for (const { dataType, cells } of types) {
              // The page of one wearer takes an ordinary day without a workout for complete.
              const { daily } = cohort.dataTypes.find(({ name }) => name === dataType)!;
              const shown = cells.map((cell, i) =>
                !daily && cell.startsWith("no_data") ? expected.get(dataType)![i] : cell
              );
              assert.deepEqual(shown, expected.get(dataType), `${userId} ${dataType}`);
              for (const cell of cells) causes.add(cell);
            }
            assert.ok(causes.has("data"), userId);
          }
        });
      }

      const source = await sourceOf(db, pipeline);
      const cohort = await readCohort(source);
      const of = (id: string) => cohort.wearers.find(({ userId }) => userId === id)!;

      await t.step("causes carry the code of the failure", async () => {
        const activity = of("away").types.find(({ dataType }) => dataType === "daily_activity")!;
        const at = cohort.days.indexOf("2026-11-14");
        assert.equal(activity.cells[at], "failed");
        assert.equal(activity.codes["2026-11-14"], "OURA_ANSWER");
        const gaps = await findGaps(db, {
          pipeline: source.pipeline,
          userId: "away",
          scopes: null,
          types: ["daily_activity"],
          from: cohort.from,
          to: cohort.to,
          today: utcDay(source.now),
        });
        assert.ok(gaps.some(({ code }) => code === "OURA_ANSWER"));
        const sleep = of("berlin").types.find(({ dataType }) => dataType === "daily_sleep")!;
        assert.equal(sleep.cells[cohort.days.indexOf("2026-11-17")], "rejected");
        const stress = of("los-angeles").types.find(({ dataType }) => dataType === "daily_stress")!;
        assert.deepEqual(new Set(stress.cells), new Set(["never_fetched", "future"]));
        assert.equal(stress.unread.length, COHORT_DAYS - 1);
      });

      await t.step("last night depends on the wearer's clock", () => {
        assert.deepEqual(cohort.wearers.map(({ lastNight }) => lastNight).slice(3), ["no"]);
        assert.equal(of("berlin").lastNight, "yes");
      });

      await t.step("days that are over count, and types that occur daily", () => {
        const { completeness: { held, days } } = of("berlin");
        const daily = cohort.dataTypes.filter((type) => type.daily).length;
        const over = cohort.days.filter((day) => day < TODAY).length;
        assert.equal(days, daily * over);
        assert.ok(held < days && held > days / 2, `${held} of ${days}`);
      });

      await t.step(
        "the CSV has a row per wearer, type and day, and the label in place of the id",
        () => {
          const lines = cohortCsv(cohort).trimEnd().split("\r\n");
          assert.equal(lines[0], "wearer,data_type,day,read,held,missing,error_code");
          const cells = cohort.wearers.flatMap(({ types }) => types.flatMap(({ cells }) => cells));
          assert.equal(lines.length - 1, cells.filter((cell) => cell !== "future").length);
          assert.ok(lines.includes("P-4,daily_activity,2026-11-14,true,false,failed,OURA_ANSWER"));
          assert.ok(lines.includes("berlin,daily_sleep,2026-11-15,true,true,,"));
          assert.ok(
            lines.includes("los-angeles,daily_stress,2026-11-15,false,false,never_fetched,"),
          );
          assert.ok(!lines.some((line) => line.startsWith("away")));
        },
      );

      await t.step("one wearer takes as many statements as many", async () => {
        const statements = async (wearers: CohortSource["wearers"]) => {
          let count = 0;
          const counting = {
            schema: db.schema,
            query: (sql: string, params?: readonly unknown[]) => (count++, db.query(sql, params)),
            queryRaw: db.queryRaw.bind(db),
            exec: db.exec.bind(db),
          };
          await readCohort({ ...source, db: counting as CohortSource["db"], wearers });
          return count;
        };
        const all = await statements(source.wearers);
        assert.ok(all > 0);
        assert.equal(all, await statements(source.wearers.slice(0, 1)));
      });

      await t.step("a dead sign-in fails one wearer and no other", async () => {
        await db.query(
          `INSERT INTO oura.oauth_tokens (user_id, access_token, refresh_token, key_id, key_version,
          expires_at, portal, token_url, revoke_url, client_id, state, scopes)
        VALUES ('sydney', '\\x00', '\\x00', 'k', 2, $1, 'moi', 'https://x', 'https://x', 'c',
          'needs_login', $2)`,
          [source.now, ["daily"]],
        );
        const after = await readCohort(source);
        const verdicts = after.wearers.map(({ userId, verdict }) => [userId, verdict]);
        const before = cohort.wearers.map(({ userId, verdict }) => [userId, verdict]);
        assert.equal(Object.fromEntries(verdicts).sydney, "failing");
        const others = (list: string[][]) => list.filter(([id]) => id !== "sydney");
        assert.deepEqual(others(verdicts), others(before));
      });
    });
  },
  { applied: true },
);
