import assert from "node:assert/strict";
import fc from "fast-check";
import type { PipelineType } from "../../config/model.ts";
import { addDays, daysBetween, type DaySpan, mergeSpans } from "../../lib/values/days.ts";
import {
  type Coverage,
  type Demand,
  type Window,
  windowsToFetch,
} from "../../pipelines/sync/plan/windows.ts";
import { typeFrom } from "./support.ts";

const TODAY = "2026-05-20";
const day = (offset: number) => addDays(TODAY, offset);
const span = (from: number, to: number): DaySpan => ({ from: day(from), to: day(to) });
const NOTHING: Coverage = { read: [], readToday: [], settled: [], failed: [], empty: null };
/** Days that were read today and are settled. */
const settledDays = (...spans: DaySpan[]): Coverage => ({
  ...NOTHING,
  read: spans,
  readToday: spans,
  settled: spans,
});

function typeOf(by: PipelineType["window"]["by"], window: Partial<PipelineType["window"]> = {}) {
  const base = typeFrom(
    by === "date" ? "daily_sleep" : by === "none" ? "personal_info" : "heart_rate",
  );
  const usual = { by, initialDays: 90, lookbackDays: 7, lateDays: 60, chunkDays: 30 };
  return { ...base, window: { ...usual, ...window } };
}

const DATE = typeOf("date");
const toFetch = (demand: Demand, coverage = NOTHING, type = DATE) =>
  windowsToFetch(type, demand, coverage, TODAY);

/** The days the windows complete, as offsets from today, newest first. */
const daysOf = (windows: readonly Window[]) =>
  windows.flatMap(({ from, to }) =>
    Array.from({ length: daysBetween(from, to) + 1 }, (_, i) => daysBetween(TODAY, to) - i)
  );
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => to - i);

const CASES: [string, Demand, Coverage, number[]][] = [
  ["first sync: all of the initial span, to tomorrow", { kind: "pending" }, NOTHING, range(-90, 1)],
  [
    "all settled and read today: the look-back alone",
    { kind: "pending" },
    settledDays(span(-90, -8)),
    range(-7, 1),
  ],
  ["after a pause: from where it was left", { kind: "pending" }, {
    ...NOTHING,
    read: [span(-90, -13)],
    settled: [span(-90, -20)],
  }, range(-60, 1)],
  [
    "a gap in the middle",
    { kind: "pending" },
    settledDays(span(-90, -50), span(-40, -7)),
    [...range(-7, 1), ...range(-49, -41)],
  ],
  ["a failed window before the initial span", { kind: "pending" }, {
    ...settledDays(span(-90, -7)),
    failed: [span(-120, -110)],
  }, [...range(-7, 1), ...range(-120, -110)]],
  ["a failed window that was settled before", { kind: "pending" }, {
    ...settledDays(span(-90, -7)),
    failed: [span(-60, -58)],
  }, [...range(-7, 1), ...range(-60, -58)]],
  [
    "a longer initial span: only what is new of it",
    { kind: "since", from: day(-100) },
    settledDays(span(-90, -7)),
    [...range(-7, 1), ...range(-100, -91)],
  ],
  ["a start in the future: the look-back", { kind: "since", from: day(30) }, NOTHING, range(-7, 1)],
  ["exactly these days, settled or not", { kind: "exactly", span: span(-60, -55) }, {
    ...settledDays(span(-90, -7)),
    failed: [span(-80, -79)],
  }, range(-60, -55)],
  [
    "the days of a span never read",
    { kind: "missing", span: span(-100, -50) },
    settledDays(span(-90, -7)),
    range(-100, -91),
  ],
  ["the days of a span read but open", { kind: "missing", span: span(-100, -50) }, {
    ...settledDays(span(-100, 1)),
    settled: [span(-100, -71)],
  }, range(-70, -50)],
  [
    "nothing missing",
    { kind: "missing", span: span(-60, -50) },
    settledDays(span(-90, -7)),
    [],
  ],
  [
    "everything, whatever is settled",
    { kind: "everything" },
    settledDays(span(-90, -7)),
    range(-90, 1),
  ],
  ["the first run of a day: all days that data may still arrive for", { kind: "pending" }, {
    ...settledDays(span(-90, 0)),
    readToday: [],
  }, range(-60, 1)],
  ["days read again late, also before the initial span", { kind: "since", from: day(-10) }, {
    ...settledDays(span(-40, -20), span(-10, 1)),
    readToday: [],
  }, [...range(-10, 1), ...range(-40, -20)]],
  ["open days that fit the newest request: with every run", { kind: "pending" }, {
    ...settledDays(span(-90, 1)),
    settled: [span(-90, -21)],
  }, range(-20, 1)],
  ["older open days: once a day", { kind: "pending" }, {
    ...settledDays(span(-90, 1)),
    settled: [span(-90, -41)],
    readToday: [span(-90, -35)],
  }, range(-34, 1)],
  ["open days of the future: not before they come", { kind: "pending" }, {
    ...settledDays(span(-90, 50)),
    settled: [span(-90, -8)],
  }, range(-7, 1)],
];
for (const [name, demand, coverage, days] of CASES) {
  Deno.test(`windowsToFetch() for ${name}`, () =>
    assert.deepEqual(daysOf(toFetch(demand, coverage)), days));
}

Deno.test("of a time series only the days near empty stretches are read late", () => {
  const series = typeOf("datetime", { lookbackDays: 3 });
  const coverage = { ...settledDays(span(-90, 1)), readToday: [], empty: [span(-99, -50)] };
  assert.deepEqual(daysOf(toFetch({ kind: "pending" }, coverage, series)), [
    ...range(-3, 1),
    ...range(-60, -50),
  ]);
  const readToday = [span(-60, -50)];
  assert.deepEqual(
    daysOf(toFetch({ kind: "pending" }, { ...coverage, readToday }, series)),
    range(-3, 1),
  );
});

Deno.test("without time for late data no settled day is read again", () => {
  const coverage = { ...settledDays(span(-90, -8)), readToday: [] };
  const type = typeOf("date", { lateDays: 0 });
  assert.deepEqual(daysOf(toFetch({ kind: "pending" }, coverage, type)), range(-7, 1));
});

Deno.test("a type without a range is read whole, whatever is asked", () => {
  const demands: Demand[] = [
    { kind: "pending" },
    { kind: "everything" },
    { kind: "exactly", span: span(-9, -5) },
    { kind: "missing", span: span(-9, -5) },
    { kind: "since", from: day(-5) },
  ];
  for (const demand of demands) {
    const windows = toFetch(demand, settledDays(span(-90, 1)), typeOf("none"));
    assert.deepEqual(windows, [{ from: TODAY, to: TODAY, bounds: {} }]);
  }
});

const anyType = fc.record({
  by: fc.constantFrom("date" as const, "datetime" as const),
  initialDays: fc.integer({ min: 1, max: 400 }),
  lookbackDays: fc.integer({ min: 0, max: 30 }),
  lateDays: fc.integer({ min: 0, max: 90 }),
  chunkDays: fc.integer({ min: 3, max: 30 }),
}).map(({ by, chunkDays, ...window }) => {
  // The shortest that the configuration allows.
  const shortest = by === "date" ? 7 : 3;
  return typeOf(by, { ...window, chunkDays: Math.max(chunkDays, shortest) });
});
const anySpans = fc.array(
  fc.tuple(fc.integer({ min: -420, max: 3 }), fc.nat(60)).map(([from, more]) =>
    span(from, from + more)
  ),
  { maxLength: 6 },
);
/** What was settled was read; what was read today may be open. */
const anyCoverage: fc.Arbitrary<Coverage> = fc.record({
  settled: anySpans,
  failed: anySpans,
  open: anySpans,
  today: anySpans,
  empty: fc.oneof(fc.constant(null), anySpans),
}).map(({ settled, failed, open, today, empty }) => ({
  read: mergeSpans([...settled, ...open, ...today]),
  readToday: mergeSpans(today),
  settled: mergeSpans(settled),
  failed: mergeSpans(failed),
  empty: empty === null ? null : mergeSpans(empty),
}));

Deno.test("what is to fetch is asked for once: unread, failed and open days, and the look-back", () => {
  fc.assert(fc.property(anyType, anyCoverage, (type, coverage) => {
    const days = daysOf(toFetch({ kind: "pending" }, coverage, type));
    assert.equal(new Set(days).size, days.length, "no day twice");
    const asked = new Set(days);
    const covers = (spans: readonly DaySpan[], offset: number) =>
      spans.some(({ from, to }) => from <= day(offset) && day(offset) <= to);
    for (let offset = -type.window.initialDays; offset <= 1; offset++) {
      const must = offset >= -type.window.lookbackDays || covers(coverage.failed, offset) ||
        !covers(coverage.read, offset) ||
        (!covers(coverage.settled, offset) && !covers(coverage.readToday, offset));
      if (must) assert.ok(asked.has(offset), `day ${offset}`);
    }
  }));
});

/** The ledger after all windows were completed today, with data up to today. */
function completed(windows: readonly Window[], { window }: PipelineType): Coverage {
  const last = day(-Math.max(window.lookbackDays, 2));
  const settled = windows.filter(({ from }) => from <= last)
    .map(({ from, to }) => ({ from, to: to < last ? to : last }));
  return { ...settledDays(...mergeSpans(windows)), settled: mergeSpans(settled) };
}

Deno.test("once all is in, no more than the newest days are asked for, in as many requests", () => {
  fc.assert(fc.property(anyType, (type) => {
    const first = toFetch({ kind: "pending" }, NOTHING, type);
    const again = toFetch({ kind: "pending" }, completed(first, type), type);
    const oldest = Math.max(type.window.lookbackDays, 1);
    const days = daysOf(again);
    assert.ok(days.length <= oldest + 2, `${days.length} days`);
    assert.deepEqual(days, range(-(days.length - 2), 1));
  }));
});

Deno.test("no request is longer than its chunk, and none by datetime longer than 30 days", () => {
  fc.assert(fc.property(anyType, anyCoverage, (type, coverage) => {
    for (const { bounds } of toFetch({ kind: "pending" }, coverage, type)) {
      if (type.window.by === "date") {
        const asked = { from: bounds.start_date!, to: bounds.end_date! };
        assert.ok(daysBetween(asked.from, asked.to) < type.window.chunkDays);
      } else {
        const ms = Date.parse(bounds.end_datetime!) - Date.parse(bounds.start_datetime!);
        assert.ok(ms <= Math.min(30, type.window.chunkDays) * 86_400_000);
      }
    }
  }));
});

const isInside = (instant: number, bounds: Record<string, string>) =>
  instant > Date.parse(bounds.start_datetime!) && instant < Date.parse(bounds.end_datetime!);

Deno.test("every instant of a UTC day lies well inside its window's own request", () => {
  fc.assert(fc.property(typeOfFamily("datetime"), fc.nat(86_399_999), (type, timeOfDay) => {
    for (const { from, to, bounds } of toFetch({ kind: "everything" }, NOTHING, type)) {
      for (const day of [from, to]) {
        const instant = Date.parse(`${day}T00:00:00Z`) + timeOfDay;
        for (const hours of [-1, 1]) assert.ok(isInside(instant + hours * 3_600_000, bounds));
      }
    }
  }));
});

Deno.test("every instant of a local day lies in one of the requests, from UTC−12 to UTC+14", () => {
  fc.assert(fc.property(
    typeOfFamily("datetime"),
    fc.integer({ min: -12 * 60, max: 14 * 60 }),
    fc.nat(86_399_999),
    fc.nat(100),
    (type, offsetMinutes, timeOfDay, pick) => {
      const windows = toFetch({ kind: "everything" }, NOTHING, type);
      const window = windows[pick % windows.length]!;
      for (const local of [window.from, window.to]) {
        const instant = Date.parse(`${local}T00:00:00Z`) + timeOfDay - offsetMinutes * 60_000;
        assert.ok(windows.some(({ bounds }) => isInside(instant, bounds)));
      }
    },
  ));
});

Deno.test("a request by date reaches two days beyond its window on either side", () => {
  fc.assert(fc.property(typeOfFamily("date"), (type) => {
    for (const { from, to, bounds } of toFetch({ kind: "everything" }, NOTHING, type)) {
      assert.deepEqual(bounds, { start_date: addDays(from, -2), end_date: addDays(to, 2) });
    }
  }));
});

Deno.test("the newest request reaches beyond the newest local day on earth", () => {
  const [newest] = toFetch({ kind: "pending" });
  assert.equal(newest!.to, day(1));
  assert.equal(newest!.bounds.end_date, day(3));
});

function typeOfFamily(by: "date" | "datetime") {
  return anyType.map((type) => typeOf(by, { ...type.window, by }));
}

Deno.test("five daily types over seven years are read in few requests", () => {
  const daily = typeFrom("daily_sleep");
  const windows = windowsToFetch(daily, { kind: "since", from: day(-7 * 365) }, NOTHING, TODAY, 6);
  assert.ok(windows.length <= 4, `${windows.length} requests for each type`);
});

Deno.test("open days of months ago do not make every run read the whole of a long request", () => {
  const daily = typeFrom("daily_sleep");
  const coverage = { ...settledDays(span(-400, 1)), settled: [span(-400, -150)] };
  assert.deepEqual(
    daysOf(windowsToFetch(daily, { kind: "pending" }, coverage, TODAY)),
    range(-84, 1),
  );
});

const LANES: [string, number, number, number][] = [
  ["37 days in 12 lanes: even parts", -35, 12, 10],
  ["a year in 12 lanes: two even rounds", -364, 12, 23],
  ["a year in 24 lanes", -364, 24, 23],
  ["a look-back of three days: a window a day", -3, 24, 5],
  ["12 days: a window a day", -10, 24, 12],
  ["37 days one at a time: the longest requests", -35, 1, 2],
];
for (const [name, from, lanes, count] of LANES) {
  Deno.test(`a time series is split to keep all lanes busy: ${name}`, () => {
    const series = typeOf("datetime");
    const demand: Demand = { kind: "exactly", span: span(from, 1) };
    const windows = windowsToFetch(series, demand, NOTHING, TODAY, lanes);
    assert.equal(windows.length, count);
    assert.deepEqual(daysOf(windows), range(from, 1));
  });
}

Deno.test("a time series with few samples is not split below five days", () => {
  const battery = { ...typeOf("datetime"), name: "ring_battery_level" };
  const demand: Demand = { kind: "exactly", span: span(-3, 1) };
  assert.equal(windowsToFetch(battery, demand, NOTHING, TODAY, 24).length, 1);
});
