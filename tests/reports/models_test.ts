import assert from "node:assert/strict";
import { isServed } from "../../config/model.ts";
import { addDays } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { completeness } from "../../reports/views/completeness.ts";
import { dailyValues } from "../../reports/metrics/daily_values.ts";
import { freshness } from "../../reports/freshness/page_freshness.ts";
import { heart } from "../../reports/views/heart.ts";
import { heartHours } from "../../reports/views/heart_hours.ts";
import { metricSources } from "../../reports/metrics/metrics.ts";
import { night } from "../../reports/views/night.ts";
import { period } from "../../reports/views/period.ts";
import { tags } from "../../reports/views/relations.ts";
import { daysOf, type Source, spanUntil } from "../../reports/metrics/source.ts";
import { difference, median, quantile } from "../../reports/metrics/statistics.ts";
import { today } from "../../reports/views/today.ts";
import { trend } from "../../reports/views/trend.ts";
import { year } from "../../reports/views/year.ts";
import { truth, type TypeName, type World } from "../../simulator/mod.ts";
import { forEachDatabase } from "../support/databases.ts";
import { sourceOf, TODAY, WEARER, withPageWorld } from "../support/page_world.ts";

const DAYS = 45;
const SPAN = spanUntil(TODAY, 30);

type Body = Record<string, unknown>;

/** The simulator's own documents of a span. */
function bodies(world: World, type: TypeName, span = SPAN): Body[] {
  return [...truth(world, { user: WEARER, type, ...span })].map(({ body }) => body);
}

/** The main night of each day, found without any of our SQL. */
function mainNights(world: World, span = SPAN): Map<string, Body> {
  const nights = new Map<string, Body>();
  for (const body of bodies(world, "sleep", span)) {
    if (body.type !== "long_sleep") continue;
    const held = nights.get(String(body.day));
    if (!held || Number(body.total_sleep_duration) > Number(held.total_sleep_duration)) {
      nights.set(String(body.day), body);
    }
  }
  return nights;
}

const number = (value: unknown) => typeof value === "number" ? value : null;

forEachDatabase("view models hold what the wearer's documents say", async (db, t) => {
  await withPageWorld(db, { days: DAYS }, async ({ oura, pipeline }) => {
    const source = await sourceOf(db, pipeline);
    const { world } = oura;
    assert.equal(source.today, TODAY);

    await t.step("a trend has the value of the main night for each day", async () => {
      const nights = mainNights(world);
      const { lines, starts } = await trend(source, {
        metrics: ["sleep.average_hrv", "sleep.deep_sleep_duration"],
        span: SPAN,
        step: "day",
      });
      assert.deepEqual(starts, daysOf(SPAN));
      const expected = (field: string) => starts.map((day) => number(nights.get(day)?.[field]));
      assert.deepEqual(lines[0]!.values, expected("average_hrv"));
      assert.deepEqual(lines[1]!.values, expected("deep_sleep_duration"));
    });

    await t.step("weeks have the median, the middle half and the range of their days", async () => {
      const ask = { metrics: ["daily_sleep.score"], span: SPAN };
      const { lines: [days] } = await trend(source, { ...ask, step: "day" });
      const { lines: [weeks], starts } = await trend(source, { ...ask, step: "week" });
      const all = daysOf(SPAN);
      const [from, to] = [all.indexOf(starts[1]!), all.indexOf(starts[2]!)];
      const week = days!.values.slice(from, to).filter((value) => value !== null);
      assert.equal(to - from, 7);
      assert.equal(weeks!.values[1], median(week));
      assert.equal(weeks!.low[1], quantile(week, 0.25));
      assert.equal(weeks!.high[1], quantile(week, 0.75));
      assert.equal(weeks!.least![1], Math.min(...week));
      assert.equal(weeks!.most![1], Math.max(...week));
      assert.equal(weeks!.mean![1], week.reduce((a, b) => a + b, 0) / week.length);
      assert.equal(weeks!.counts![1], week.length);
    });

    await t.step("the day that is not over is marked and left out", async () => {
      const { lines: [steps] } = await trend(source, {
        metrics: ["daily_activity.steps"],
        span: SPAN,
        step: "day",
      });
      const activity = bodies(world, "daily_activity").find(({ day }) => day === TODAY)!;
      assert.deepEqual(steps!.partial, { day: TODAY, value: activity.steps });
      assert.equal(steps!.values.at(-1), null);
      assert.notEqual(steps!.last!.day, TODAY);
    });

    await t.step("bedtimes are hours by the wearer's clock, before midnight negative", async () => {
      const [line] = await dailyValues(source, ["sleep.bedtime_start"], SPAN);
      const expected = daysOf(SPAN).map((day) => {
        const bedtime = mainNights(world).get(day)?.bedtime_start;
        if (typeof bedtime !== "string") return null;
        const local = Date.parse(`${bedtime.slice(0, 19)}Z`);
        return Math.round((local - Date.parse(day)) / 60_000);
      });
      const minutes = line!.values.map((value) => value === null ? null : Math.round(value * 60));
      assert.deepEqual(minutes, expected);
    });

    await t.step("a night has its stages, its neighbours and its naps apart", async () => {
      const nights = mainNights(world);
      const day = [...nights.keys()].at(-3)!;
      const model = await night(source, day);
      const body = nights.get(day)!;
      assert.equal(model.main!.id, body.id);
      assert.equal(model.main!.asleep, body.total_sleep_duration);
      assert.equal(model.stages!.values.length, String(body.sleep_phase_30_sec).length);
      assert.equal(model.next, [...nights.keys()].at(-2));
      const others = bodies(world, "sleep").filter((sleep) =>
        sleep.day === day && sleep.id !== body.id && sleep.type !== "deleted"
      );
      assert.deepEqual(model.others.map(({ id }) => id).sort(), others.map(({ id }) => id).sort());
    });

    await t.step("today shows the scores of the day", async () => {
      const model = await today(source, TODAY);
      const sleep = bodies(world, "daily_sleep").find(({ day }) => day === TODAY);
      assert.equal(model.scores[0]!.value, number(sleep?.score));
      assert.equal(model.isToday, true);
      assert.equal(model.scores[2]!.partial, true);
      assert.equal(Date.parse(model.strip.to) - Date.parse(model.strip.from), 86_400_000);
    });

    await t.step(
      "heart rate in buckets has the samples' least, mean and most",
      () => heartIsRight(source, world),
    );
    await t.step("the hourly roll-up is what the samples add up to", () => hoursAreRight(db));
    await t.step("a long span comes from the roll-up", async () => {
      const to = new Date(source.now);
      const from = new Date(to.getTime() - 300 * 86_400_000);
      const model = await heart(source, { from, to, width: 400 });
      assert.equal(model.grain, "hour");
      const total = model.count.reduce((sum, count) => sum + count, 0);
      const { rows } = await db.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM oura.heart_rate",
      );
      assert.equal(total, rows[0]!.n);
      await daysAreHours(source);
    });

    await t.step("tags are told apart by the night after", async () => {
      const model = await tags(source, SPAN, ["sleep.average_hrv"]);
      const alcohol = model.tags.find(({ tag }) => tag === "alcohol")!;
      const tagged = new Set(
        bodies(world, "enhanced_tag").filter(({ tag_type_code: code }) =>
          code === "tag_generic_alcohol"
        ).map(({ start_day }) => String(start_day)),
      );
      assert.deepEqual(alcohol.days, [...tagged].sort());
      const nights = mainNights(world, { from: SPAN.from, to: addDays(TODAY, 1) });
      const after = (day: string) => number(nights.get(addDays(day, 1))?.average_hrv);
      const split = (wanted: boolean) =>
        daysOf(SPAN).filter((day) => tagged.has(day) === wanted).map(after)
          .filter((value) => value !== null);
      assert.deepEqual(alcohol.effects[0]!.effect, difference(split(true), split(false)));
    });

    await t.step("completeness has a cell per type and day", async () => {
      const model = await completeness(source, SPAN);
      const scores = new Set(bodies(world, "daily_sleep").map(({ day }) => day));
      const cells = model.types.find(({ dataType }) => dataType === "daily_sleep")!.cells;
      assert.deepEqual(
        model.days.map((day) => scores.has(day)),
        cells.map((cell) => cell === "data"),
      );
      // A day without a workout is no gap, and no data either.
      const trained = new Set(bodies(world, "workout").map(({ day }) => day));
      const workouts = model.types.find(({ dataType }) => dataType === "workout")!.cells;
      assert.deepEqual(
        model.days.map((day) => trained.has(day)),
        workouts.map((cell) => cell === "data" || cell === "partial"),
      );
      assert.ok(workouts.includes("none"));
      assert.ok(
        model.gaps.every(({ dataType, cause }) => dataType !== "workout" || cause !== "no_data"),
      );
    });

    await t.step("a year has nights, records and a scale", async () => {
      const model = await year(source, SPAN, "daily_sleep.score");
      assert.equal(model.nights.length, mainNights(world).size);
      const best = Math.max(...bodies(world, "daily_sleep").map(({ score }) => Number(score)));
      const record = model.records.find(({ metric }) => metric.id === "daily_sleep.score")!;
      assert.equal(record.value, best);
    });

    await t.step("freshness knows when it was read and what it holds", async () => {
      const model = await freshness(source);
      assert.equal(model.verdict, "fresh");
      assert.equal(model.types.find(({ dataType }) => dataType === "sleep")!.newest, TODAY);
      assert.equal(model.runs.length, 1);
    });

    await t.step("a period has every section and compares with the one before", async () => {
      const model = await period(source, spanUntil(TODAY, 20));
      assert.deepEqual(model.sections.map(({ title }) => title).slice(0, 2), ["Sleep", "Heart"]);
      assert.equal(model.before.to, addDays(model.span.from, -1));
    });

    await t.step("every metric of the catalogue can be read", async () => {
      const { pipeline } = source;
      const imported = pipeline.types.filter((type) => !isServed(type))
        .map(({ table }) => table);
      const ids = [...metricSources(source).keys()]
        .filter((id) => !imported.some((table) => id.startsWith(`${table}.`)));
      assert.ok(ids.length > 80, `${ids.length}`);
      const lines = await dailyValues(source, ids, SPAN);
      const silent = lines.filter(({ values }) => values.every((value) => value === null));
      assert.deepEqual(silent.map(({ metric }) => metric.id), []);
    });
  });
});

async function heartIsRight(source: Source, world: World): Promise<void> {
  const from = new Date("2026-11-24T00:00:00Z");
  const to = new Date("2026-11-25T00:00:00Z");
  const model = await heart(source, { from, to, width: 24 });
  assert.equal(model.every, 3_600);
  const samples = bodies(world, "heart_rate", spanUntil(TODAY, 4)).filter(({ timestamp }) =>
    String(timestamp) >= from.toISOString() && String(timestamp) < to.toISOString()
  );
  const hours = Map.groupBy(
    samples,
    ({ timestamp }) => Math.floor(Date.parse(String(timestamp)) / 3_600_000) * 3_600,
  );
  const expected = [...hours].toSorted(([a], [b]) => a - b).map(([at, all]) => {
    const beats = all.map(({ bpm }) => Number(bpm));
    const mean = beats.reduce((sum, bpm) => sum + bpm, 0) / beats.length;
    return [at, Math.min(...beats), Math.round(mean * 10) / 10, Math.max(...beats), beats.length];
  });
  const { at, min, mean, max, count } = model;
  assert.deepEqual(at.map((time, i) => [time, min[i], mean[i], max[i], count[i]]), expected);
  const { hours: map, days } = await heartHours(source, spanUntil(TODAY, 3));
  const noon = map[days.indexOf("2026-11-24")]![12]!;
  // Berlin is an hour ahead in November: its noon is eleven in UTC.
  const eleven = Date.parse("2026-11-24T11:00:00Z") / 1000;
  assert.equal(noon, expected.find(([time]) => time === eleven)![2]);
}

/** A chart so coarse that it is made of days has the figures that its hours add up to. */
async function daysAreHours(source: Source): Promise<void> {
  const from = new Date("2026-10-01T00:00:00Z");
  const to = new Date("2026-11-26T00:00:00Z");
  for (const sources of [[], ["sleep"]]) {
    const days = await heart(source, { from, to, width: 56, sources });
    assert.deepEqual([days.grain, days.every], ["day", 86_400]);
    const hours = await heart(source, { from, to, width: 56 * 24, sources });
    assert.equal(hours.grain, "hour");
    const dayOf = (at: number) => Math.floor(at / 86_400) * 86_400;
    const groups = Map.groupBy(hours.at.map((at, i) => [at, i] as const), ([at]) => dayOf(at));
    const pick = (list: readonly number[], all: readonly (readonly [number, number])[]) =>
      all.map(([, i]) => list[i]!);
    assert.deepEqual(days.at, [...groups.keys()]);
    for (const [i, all] of [...groups.values()].entries()) {
      assert.equal(days.min[i], Math.min(...pick(hours.min, all)));
      assert.equal(days.max[i], Math.max(...pick(hours.max, all)));
      const mean = pick(hours.mean, all).reduce((a, b) => a + b, 0) / all.length;
      assert.ok(Math.abs(days.mean[i]! - mean) < 0.11, `${days.mean[i]} ${mean}`);
    }
    assert.deepEqual(days.sources, hours.sources);
  }
}

async function hoursAreRight(db: Database): Promise<void> {
  const { rows } = await db.query(`SELECT * FROM (
      SELECT user_id, date_trunc('hour', "timestamp") AS hour, source, min(bpm)::real AS least,
        max(bpm)::real AS most, sum(bpm)::double precision AS total, count(*)::int AS samples
      FROM oura.heart_rate WHERE deleted_at IS NULL GROUP BY 1, 2, 3
    ) AS samples FULL JOIN (
      SELECT user_id, hour, source, bpm_min, bpm_max, bpm_sum, samples FROM oura.heart_rate_hours
    ) AS hours USING (user_id, hour, source)
    WHERE least IS DISTINCT FROM bpm_min OR most IS DISTINCT FROM bpm_max
      OR total IS DISTINCT FROM bpm_sum OR samples.samples IS DISTINCT FROM hours.samples`);
  assert.deepEqual(rows, []);
}
