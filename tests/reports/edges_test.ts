import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { completeness } from "../../reports/views/completeness.ts";
import { dailyValues } from "../../reports/metrics/daily_values.ts";
import { freshness } from "../../reports/freshness/page_freshness.ts";
import { knownWearers } from "../../reports/known_wearers.ts";
import { heart } from "../../reports/views/heart.ts";
import { heartHours } from "../../reports/views/heart_hours.ts";
import { offsetsOf, startsOf } from "../../reports/metrics/local_time.ts";
import { marksOf } from "../../reports/metrics/marks.ts";
import { metricSources } from "../../reports/metrics/metrics.ts";
import { night } from "../../reports/views/night.ts";
import { period } from "../../reports/views/period.ts";
import { relation, tags } from "../../reports/views/relations.ts";
import { daysOf, type Source, spanUntil } from "../../reports/metrics/source.ts";
import { today } from "../../reports/views/today.ts";
import { trend } from "../../reports/views/trend.ts";
import { year } from "../../reports/views/year.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import SHIPPED from "../../config/oura.yaml" with { type: "text" };
import { FLYER, NOW, sourceOf, TODAY, withPageWorld } from "../support/page_world.ts";
import { onServerFirst } from "../support/server_first.ts";

/** Reads every view model, and says which days they speak of. */
async function everything(source: Source, day = TODAY, days = 20): Promise<void> {
  const span = spanUntil(day, days);
  const ids = [...metricSources(source).keys()];
  await today(source, day);
  await night(source, day);
  for (const step of ["day", "week", "month"] as const) {
    await trend(source, { metrics: ids.slice(0, 12), span, step, compare: "year" });
  }
  const to = new Date(source.now);
  await heart(source, { from: new Date(to.getTime() - 86_400_000), to, width: 100 });
  await heartHours(source, span);
  await year(source, span, "daily_sleep.score");
  await tags(source, span, ids.slice(0, 3));
  await relation(source, span, { x: "sleep.average_hrv", y: "daily_sleep.score" }, 1);
  await completeness(source, span);
  await freshness(source);
  await period(source, span);
}

const run = (db: Database, sql: string) => db.exec(sql);

onServerFirst("no data, one type, one day and naps alone break no view", async (db, t) => {
  await withPageWorld(db, { days: 3, heartDays: 1 }, async ({ pipeline }) => {
    await t.step("one day", async () => await everything(await sourceOf(db, pipeline), TODAY, 1));

    await t.step("of two long sleeps of a day the longer one is the night", async () => {
      const source = await sourceOf(db, pipeline);
      const hrvOf = async () => {
        const [line] = await dailyValues(source, ["sleep.average_hrv"], spanUntil(TODAY, 1));
        assert.equal((await night(source, TODAY)).main!.hrv, line!.values[0]);
        return line!.values[0];
      };
      const real = await hrvOf();
      const moved = "WHERE type = 'long_sleep' AND (day = '2026-11-24' OR average_hrv = 1)";
      await run(
        db,
        `UPDATE oura.sleep SET day = '${TODAY}', average_hrv = 1,
        total_sleep_duration = 600 ${moved}`,
      );
      assert.equal(await hrvOf(), real);
      await run(db, `UPDATE oura.sleep SET total_sleep_duration = 80000 ${moved}`);
      assert.equal(await hrvOf(), 1);
      await run(
        db,
        `UPDATE oura.sleep SET day = (raw_data->>'day')::date,
        average_hrv = (raw_data->>'average_hrv')::int,
        total_sleep_duration = (raw_data->>'total_sleep_duration')::int`,
      );
    });

    await t.step("naps alone are no night", async () => {
      await run(db, "UPDATE oura.sleep SET type = 'sleep'");
      const source = await sourceOf(db, pipeline);
      await everything(source);
      const model = await night(source, TODAY);
      assert.equal(model.main, null);
      assert.equal((await today(source, TODAY)).vitals.length, 0);
    });

    await t.step("one type in the configuration", async () => {
      const { pipeline: small } = parsePipeline(
        "version: 1\ndata_types: { daily_sleep: { columns: { score: score } } }",
        "oura.yaml",
      );
      const source = await sourceOf(db, { ...small!, schema: db.schema });
      assert.deepEqual([...metricSources(source).keys()], ["daily_sleep.score"]);
      await everything(source);
    });

    await t.step(
      "a wearer without any document",
      async () => await everything(await sourceOf(db, pipeline, "somebody-else")),
    );

    await t.step("columns that are not declared are read from the document", async () => {
      const { pipeline: bare } = parsePipeline(
        SHIPPED.replaceAll(/^ {6}(average_hrv|type): .*$/gm, ""),
        "oura.yaml",
      );
      await run(db, "UPDATE oura.sleep SET type = raw_data->>'type'");
      const declared = await night(await sourceOf(db, pipeline), TODAY);
      const model = await night(await sourceOf(db, { ...bare!, schema: db.schema }), TODAY);
      assert.equal(model.main?.hrv, declared.main?.hrv);
      assert.equal(model.main?.id, declared.main?.id);
    });
  });
});

onServerFirst("two wearers never see each other's days", async (db) => {
  const users = [{ id: "anna", zone: "UTC" }, { id: "bert", zone: "Australia/Sydney" }];
  await withPageWorld(db, { days: 12, heartDays: 2, users }, async ({ pipeline }) => {
    assert.deepEqual((await knownWearers(db)).map(({ userId }) => userId).sort(), ["anna", "bert"]);
    const [anna, bert] = [
      await sourceOf(db, pipeline, "anna"),
      await sourceOf(db, pipeline, "bert"),
    ];
    // One in the afternoon in London is past midnight in Sydney.
    assert.deepEqual([anna.today, bert.today], [TODAY, "2026-11-26"]);
    const span = spanUntil(TODAY, 10);
    const [[a], [b]] = [
      await dailyValues(anna, ["daily_sleep.score"], span),
      await dailyValues(bert, ["daily_sleep.score"], span),
    ];
    assert.notDeepEqual(a!.values, b!.values);
    await everything(anna);
    await everything(bert, bert.today);
  });
});

onServerFirst(
  "nights of a clock change and of the date line fall on their own days",
  async (db, t) => {
    const users = [FLYER];
    await withPageWorld(db, { days: 40, heartDays: 30, users }, async ({ pipeline, oura }) => {
      const source = await sourceOf(db, pipeline, "flyer");
      const wearer = oura.world.wearers[0]!;

      await t.step("each day has its own offset, and they never run backwards", async () => {
        const days = daysOf({ from: "2026-10-23", to: TODAY });
        const offsets = await offsetsOf(source, days);
        // Summer time ended in London on 25 October.
        assert.equal(offsets.get("2026-10-24"), 3_600);
        assert.equal(offsets.get("2026-10-26"), 0);
        assert.equal(offsets.get("2026-11-12"), -36_000);
        assert.equal(offsets.get("2026-11-19"), 46_800);
        const starts = startsOf(days, offsets);
        assert.deepEqual(starts, starts.toSorted());
      });

      await t.step("bedtimes are those of the wearer's clock on every one of them", async () => {
        const span = { from: "2026-10-24", to: TODAY };
        const [line] = await dailyValues(source, ["sleep.bedtime_start"], span);
        const hours = line!.values.filter((value) => value !== null);
        assert.ok(hours.length > 20);
        assert.ok(hours.every((hour) => hour > -5 && hour < 5), `${hours}`);
      });

      await t.step("the journeys are told, the clock change at home is not", async () => {
        const { journeys } = await marksOf(source, { from: "2026-10-20", to: TODAY });
        assert.deepEqual(journeys.map(({ offset }) => offset), ["UTC−10", "UTC+13"]);
      });

      await t.step("every day can be looked at", async () => {
        for (const day of ["2026-10-25", "2026-11-10", "2026-11-17", "2026-11-22"]) {
          const model = await today(source, day);
          assert.equal(Date.parse(model.strip.to) - Date.parse(model.strip.from), 86_400_000, day);
          const shown = await night(source, day);
          if (shown.main) {
            const local = Date.parse(shown.main.end!) + shown.main.offsetSeconds * 1000;
            assert.equal(new Date(local).toISOString().slice(0, 10), day);
          }
        }
        assert.equal(wearer.id, "flyer");
        await everything(source);
      });
    });
  },
);

onServerFirst("a column added to oura.yaml is a metric by itself", async (db) => {
  const { pipeline: extended } = parsePipeline(
    SHIPPED.replace(
      "    columns:\n      spo2_average:",
      "    columns:\n      drops: breathing_disturbance_index\n      spo2_average:",
    ).replace(
      "    # series:\n    #   session_heart_rate: heart_rate ",
      "    series:\n      session_heart_rate: heart_rate #",
    ),
    "oura.yaml",
  );
  const pipeline = { ...extended!, schema: db.schema };
  await withPageWorld(db, { days: 20, heartDays: 1, pipeline }, async ({ pipeline }) => {
    const source = await sourceOf(db, pipeline, undefined, NOW);
    const metrics = metricSources(source);
    assert.equal(metrics.get("daily_spo2.drops")!.metric.name, "Breathing disturbance index");
    assert.equal(metrics.get("series.session_heart_rate")!.metric.unit, "bpm");
    const span = spanUntil(TODAY, 15);
    const lines = await dailyValues(source, [
      "daily_spo2.drops",
      "daily_spo2.breathing_disturbance_index",
      "series.session_heart_rate",
    ], span);
    assert.deepEqual(lines[0]!.values, lines[1]!.values);
    assert.ok(lines[2]!.values.some((value) => value !== null));
  });
});

onServerFirst(
  "winter time at home is no journey, also where a journey interrupts it",
  async (db) => {
    await db.exec(`INSERT INTO oura.daily_activity (user_id, id, day, utc_offset)
    SELECT 'w', d::date::text, d::date, CASE
      WHEN d < '2026-10-25' THEN interval '2 hours'
      WHEN d BETWEEN '2026-11-03' AND '2026-11-11' THEN interval '9 hours'
      ELSE interval '1 hour' END
    FROM generate_series(timestamp '2026-08-28', '2026-11-25', '1 day') AS d`);
    const { pipeline } = parsePipeline(
      "version: 1\ndata_types: { daily_activity: { columns: { steps: steps } } }",
      "oura.yaml",
    );
    const source = await sourceOf(db, { ...pipeline!, schema: db.schema }, "w");
    const { journeys } = await marksOf(source, { from: "2026-08-28", to: TODAY });
    assert.deepEqual(journeys, [{ from: "2026-11-03", to: "2026-11-11", offset: "UTC+9" }]);
  },
);
