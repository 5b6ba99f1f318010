import assert from "node:assert/strict";
import { changes, createWorld, truth, TYPE_NAMES, type World } from "../../simulator/mod.ts";
import type { TypeName, UserSpec } from "../../simulator/mod.ts";

type Body = Readonly<Record<string, unknown>>;
const NOW = "2026-10-15T12:00:00Z";

function worldOf(user: UserSpec = {}, days = 120, now = NOW): World {
  return createWorld({ seed: 7, users: [user], days, now });
}

function bodies(world: World, type: TypeName, from = "2000-01-01", to = "2030-01-01"): Body[] {
  const user = world.wearers[0]!.id;
  return [...truth(world, { user, type, from, to })].map(({ body }) => body);
}

function changesOver(world: World, type: TypeName, duration: string) {
  const since = world.now;
  world.advance(duration);
  const query = { user: world.wearers[0]!.id, type, from: "2000-01-01", to: "2030-01-01" };
  return changes(world, query, since);
}

Deno.test("the same seed makes the same lives, another one others", () => {
  const of = (seed: number) => {
    const world = createWorld({ seed, users: 2, days: 30, now: NOW });
    return world.wearers.map(({ id }) =>
      TYPE_NAMES.map((type) => [
        ...truth(world, { user: id, type, from: "2026-10-01", to: "2026-10-16" }),
      ])
    );
  };
  assert.deepEqual(of(3), of(3));
  assert.notDeepEqual(of(3), of(4));
});

Deno.test("worlds of one seed do not see each other's cached days", () => {
  const keys = [worldOf(), worldOf({}, 30), worldOf({ zone: "UTC" })].map(({ wearers }) =>
    wearers[0]!.cacheKey
  );
  assert.equal(new Set(keys).size, 3);
  const rowsOf = (zone: string) =>
    bodies(worldOf({ zone }), "heart_rate", "2026-09-01", "2026-09-01");
  assert.notDeepEqual(rowsOf("UTC"), rowsOf("Asia/Tokyo"));
});

Deno.test("a clock that is set back gives the documents of that time", () => {
  const world = worldOf();
  const before = bodies(world, "daily_activity");
  world.advance("P3D");
  assert.notDeepEqual(bodies(world, "daily_activity"), before);
  world.setNow(NOW);
  assert.deepEqual(bodies(world, "daily_activity"), before);
});

Deno.test("every type has documents, with unique keys", () => {
  const world = createWorld({ seed: 7, users: 6, days: 200, now: NOW });
  for (const { id: user } of world.wearers) {
    for (const type of TYPE_NAMES) {
      const from = type === "heart_rate" ? "2026-10-01" : "2000-01-01";
      const keys = [...truth(world, { user, type, from, to: "2030-01-01" })].map(({ key }) => key);
      assert.equal(new Set(keys).size, keys.length, `${user} ${type}`);
      assert.ok(keys.length > 0, `${user} ${type}`);
    }
  }
});

Deno.test("today's activity is partial, and its minutes stay as they were", () => {
  const world = worldOf();
  const noon = bodies(world, "daily_activity", "2026-10-15")[0]!.met as { items: number[] };
  world.advance("PT3H");
  const later = bodies(world, "daily_activity", "2026-10-15")[0]!.met as { items: number[] };
  assert.equal(later.items.length, noon.items.length + 180);
  assert.deepEqual(later.items.slice(0, noon.items.length), noon.items);
  world.advance("P2D");
  const whole = bodies(world, "daily_activity", "2026-10-15", "2026-10-15")[0]!;
  assert.equal((whole.met as { items: number[] }).items.length, 1_440);
  assert.equal(String(whole.class_5_min).length, 288);
});

Deno.test("a day of a clock change has 23 or 25 hours of activity", () => {
  const minutes = (zone: string, day: string) => {
    const world = worldOf({ zone }, 120, `${day}T23:00:00Z`);
    world.advance("P2D");
    const activity = bodies(world, "daily_activity").find((body) => body.day === day)!;
    return (activity.met as { items: number[] }).items.length;
  };
  // The activity day begins at 04:00: the hour is lost or won in the one before the change.
  assert.equal(minutes("Europe/London", "2026-03-28"), 1_380);
  assert.equal(minutes("Europe/London", "2026-10-24"), 1_500);
});

Deno.test("timestamps carry the wearer's offset of that day, through clock changes and flights", () => {
  const offset = (body: Body | undefined) => String(body?.timestamp).slice(-6);
  const at = (world: World, day: string) =>
    offset(bodies(world, "daily_activity").find((body) => body.day === day));
  const sydney = worldOf({ zone: "Australia/Sydney" });
  assert.deepEqual([at(sydney, "2026-10-02"), at(sydney, "2026-10-06")], ["+10:00", "+11:00"]);
  for (const { timestamp } of bodies(sydney, "daily_activity")) {
    assert.match(String(timestamp), /T04:00:00/);
  }
  const trip = { from: "2026-10-05", to: "2026-10-09", zone: "Asia/Tokyo" };
  const traveller = worldOf({ zone: "UTC", trips: [trip] });
  assert.deepEqual([at(traveller, "2026-10-04"), at(traveller, "2026-10-06")], [
    "+00:00",
    "+09:00",
  ]);
});

Deno.test("on a day of travel a score's timestamp is dated the day before", () => {
  const trip = { from: "2026-10-05", to: "2026-10-09", zone: "America/Los_Angeles" };
  const scores = bodies(worldOf({ zone: "UTC", trips: [trip] }), "daily_sleep");
  const travel = scores.find((body) => body.day === "2026-10-05")!;
  assert.equal(travel.timestamp, "2026-10-04T17:00:00.000-07:00");
  const usual = scores.find((body) => body.day === "2026-10-06")!;
  assert.equal(usual.timestamp, "2026-10-06T00:00:00.000+00:00");
});

Deno.test("old scores: local midnight until August 2021, then a month that lags a day", () => {
  const world = worldOf({ zone: "Europe/Paris" }, 200, "2021-10-15T12:00:00Z");
  const at = (day: string) =>
    bodies(world, "daily_readiness").find((body) => body.day === day)?.timestamp;
  assert.equal(at("2021-08-10"), "2021-08-10T00:00:00+02:00");
  assert.equal(at("2021-09-10"), "2021-09-09T00:00:00+00:00");
  assert.equal(at("2021-10-10"), "2021-10-10T00:00:00+00:00");
});

Deno.test("cardiovascular age has no id before 2025", () => {
  const world = worldOf({}, 60, "2025-01-20T12:00:00Z");
  const documents = bodies(world, "daily_cardiovascular_age");
  const withId = documents.filter((body) => "id" in body).map(({ day }) => String(day));
  assert.ok(withId.length > 0 && withId.length < documents.length);
  assert.ok(withId.every((day) => day >= "2025-01-01"));
});

Deno.test("a sleep in progress has no end, grows, and keeps its id when it is done", () => {
  const world = worldOf({ zone: "UTC", ring: "or5" }, 30, "2026-10-15T02:00:00Z");
  const tonight = () => bodies(world, "sleep", "2026-10-15", "2026-10-15").at(-1)!;
  const early = tonight();
  assert.equal(early.bedtime_end, null);
  assert.deepEqual(bodies(world, "daily_sleep", "2026-10-15"), []);
  world.advance("PT1H");
  assert.ok(Number(tonight().time_in_bed) > Number(early.time_in_bed));
  assert.ok(String(tonight().sleep_phase_30_sec).startsWith(String(early.sleep_phase_30_sec)));
  world.advance("PT12H");
  const done = bodies(world, "sleep", "2026-10-15").find(({ type }) => type === "long_sleep")!;
  assert.equal(done.id, early.id);
  assert.equal(done.sleep_analysis_reason, "background_created_foreground_updated");
  assert.equal(bodies(world, "daily_sleep", "2026-10-15").length, 1);
});

Deno.test("sleep comes several times a day, in every type, edited, sparse and without a type", () => {
  const sleeps = bodies(worldOf({}, 700), "sleep");
  const types = new Set(sleeps.map(({ type }) => type));
  for (const type of ["long_sleep", "sleep", "late_nap", "rest", "deleted", undefined]) {
    assert.ok(types.has(type), String(type));
  }
  assert.ok(sleeps.some(({ sleep_analysis_reason }) => sleep_analysis_reason === "bedtime_edit"));
  assert.ok(sleeps.some(({ average_hrv }) => average_hrv === null));
  const daysWithMany = sleeps.filter(({ period }) => Number(period) > 0);
  assert.ok(daysWithMany.length > 50);
});

Deno.test("a late nap belongs to the day after", () => {
  const late = bodies(worldOf({ zone: "UTC" }, 400), "sleep").filter(({ type }) =>
    type === "late_nap"
  );
  assert.ok(late.length > 0);
  for (const nap of late) assert.ok(String(nap.bedtime_end).slice(0, 10) < String(nap.day));
});

Deno.test("a month brings what is new, revises what was there, and takes some away", () => {
  const sleep = changesOver(worldOf(), "sleep", "P30D");
  assert.ok(sleep.created.length > 25 && sleep.revised.length > 0);
  let vanished = 0;
  let revised = 0;
  const world = worldOf();
  for (let day = 0; day < 60; day++) {
    const since = world.now;
    vanished += changesOver(world, "sleep", "P1D").disappeared.length;
    const ended = { user: "wearer-1", type: "daily_activity" as const, from: "2026-01-01" };
    const to = new Date(since - 2 * 86_400_000).toISOString().slice(0, 10);
    revised += changes(world, { ...ended, to }, since).revised.length;
  }
  assert.ok(vanished > 0, "naps vanish and edits change ids");
  assert.ok(revised > 3, "steps are revised after the day");
});

Deno.test("documents older than twelve days never change", () => {
  const world = worldOf();
  for (const type of TYPE_NAMES) {
    if (type === "rest_mode_period") continue;
    const query = { user: "wearer-1", type, from: "2026-07-01", to: "2026-10-03", at: world.now };
    const later = { ...query, at: world.now + 90 * 86_400_000 };
    assert.deepEqual(changes(world, later, world.now), {
      created: [],
      revised: [],
      disappeared: [],
    }, type);
  }
});

Deno.test("heart rate: some of it arrives days after the day's documents", () => {
  const world = worldOf();
  const missing = new Set<string>();
  for (let day = 0; day < 30; day++) {
    const date = new Date(world.now - 2 * 86_400_000).toISOString().slice(0, 10);
    const query = { user: "wearer-1", type: "heart_rate" as const, from: date, to: date };
    const { created } = changes(world, { ...query, at: world.now + 6 * 86_400_000 }, world.now);
    if (created.length > 0) missing.add(date);
    world.advance("P1D");
  }
  assert.ok(missing.size > 0 && missing.size < 20, `${missing.size}`);
});

Deno.test("heart rate: some rows are revised under the same key", () => {
  const world = worldOf();
  const query = { user: "wearer-1", type: "heart_rate" as const, from: "2026-10-14" };
  let revised = 0;
  for (let day = 1; day <= 40; day++) {
    const since = world.now;
    world.advance("P1D");
    const from = new Date(since - 4 * 86_400_000).toISOString().slice(0, 10);
    const to = new Date(since).toISOString().slice(0, 10);
    revised += changes(world, { ...query, from, to }, since).revised.length;
  }
  assert.ok(revised > 20, `${revised}`);
});

Deno.test("heart rate: about 1,100 to 1,230 rows a day, clusters of five seconds, two sources", () => {
  const world = worldOf({ zone: "UTC" });
  const counts: number[] = [];
  let twice = 0;
  let close = 0;
  for (let day = 1; day <= 28; day++) {
    const date = `2026-09-${String(day).padStart(2, "0")}`;
    const rows = bodies(world, "heart_rate", date, date);
    if (rows.length > 0) counts.push(rows.length);
    rows.forEach((row, index) => {
      const gap = Date.parse(String(row.timestamp)) -
        Date.parse(String(rows[index - 1]?.timestamp));
      if (gap === 0) twice++;
      if (gap === 5_000) close++;
      assert.ok(Number(row.bpm) > 35 && Number(row.bpm) < 200);
    });
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  assert.ok(mean > 1_050 && mean < 1_280, `${mean}`);
  assert.ok(twice > 5 && close > 10_000, `${twice} ${close}`);
});

Deno.test("rest mode is open for a while, or for good; some start without a time", () => {
  const world = createWorld({ seed: 7, users: 8, days: 700, now: NOW });
  const periods = world.wearers.flatMap(({ id: user }) => [
    ...truth(world, { user, type: "rest_mode_period", from: "2000-01-01", to: "2030-01-01" }),
  ]).map(({ body }) => body);
  assert.ok(periods.some(({ end_day }) => end_day === null));
  assert.ok(periods.some(({ end_day }) => end_day !== null));
  assert.ok(periods.some(({ start_time }) => start_time === null));
});

Deno.test("optional fields are null on some documents and absent on others", () => {
  const world = worldOf({}, 400);
  for (const [type, field] of [["workout", "label"], ["daily_stress", "day_summary"]] as const) {
    const documents = bodies(world, type);
    assert.ok(documents.some((body) => !(field in body)), `${type} without ${field}`);
    assert.ok(documents.some((body) => body[field]), `${type} with ${field}`);
  }
  assert.ok(bodies(world, "workout").some(({ label }) => label === null));
  const tags = bodies(world, "enhanced_tag");
  assert.ok(tags.some((tag) => tag.tag_type_code === null && tag.comment));
  assert.ok(tags.some((tag) => tag.tag_type_code === "custom" && tag.custom_name));
});

Deno.test("lives hang together: hard days raise the next night's heart rate and lower readiness", () => {
  const world = worldOf({ zone: "UTC" }, 700);
  const trained = new Set(
    bodies(world, "workout").filter(({ intensity }) => intensity !== "easy").map(({ day }) => day),
  );
  const next = (day: unknown) =>
    new Date(Date.parse(String(day)) + 86_400_000).toISOString().slice(0, 10);
  const after = new Set([...trained].map(next));
  const split = (type: TypeName, field: string) => {
    const mean = (documents: Body[]) =>
      documents.reduce((sum, body) => sum + Number(body[field]), 0) / documents.length;
    const documents = bodies(world, type).filter((body) =>
      typeof body[field] === "number" && (type !== "sleep" || body.type === "long_sleep")
    );
    return [
      mean(documents.filter(({ day }) => after.has(String(day)))),
      mean(documents.filter(({ day }) => !after.has(String(day)))),
    ] as const;
  };
  const [heartAfter, heartElse] = split("sleep", "lowest_heart_rate");
  const [readyAfter, readyElse] = split("daily_readiness", "score");
  assert.ok(heartAfter > heartElse + 1, `${heartAfter} ${heartElse}`);
  assert.ok(readyAfter < readyElse - 1, `${readyAfter} ${readyElse}`);
});
