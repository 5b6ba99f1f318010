import assert from "node:assert/strict";
import fc from "fast-check";
import type { PipelineType } from "../../config/model.ts";
import { addDays, daysBetween, type DaySpan } from "../../lib/days.ts";
import { type Coverage, type Demand, owedWindows, type Window } from "../../pipelines/windows.ts";
import { typeFrom } from "./support.ts";

const TODAY = "2026-05-20";
const day = (offset: number) => addDays(TODAY, offset);
const span = (from: number, to: number): DaySpan => ({ from: day(from), to: day(to) });
const NOTHING: Coverage = { settled: [], failed: [] };

function typeOf(by: PipelineType["window"]["by"], window: Partial<PipelineType["window"]> = {}) {
  const base = typeFrom(
    by === "date" ? "daily_sleep" : by === "none" ? "personal_info" : "heart_rate",
  );
  const usual = { by, initialDays: 90, lookbackDays: 7, chunkDays: 30 };
  return { ...base, window: { ...usual, ...window } };
}

const DATE = typeOf("date");
const owed = (demand: Demand, coverage = NOTHING, type = DATE) =>
  owedWindows(type, demand, coverage, TODAY);

/** The days the windows complete, as offsets from today, newest first. */
const daysOf = (windows: readonly Window[]) =>
  windows.flatMap(({ from, to }) =>
    Array.from({ length: daysBetween(from, to) + 1 }, (_, i) => daysBetween(TODAY, to) - i)
  );
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => to - i);

const CASES: [string, Demand, Coverage, number[]][] = [
  ["first sync: all of the initial span, to tomorrow", { kind: "owed" }, NOTHING, range(-90, 1)],
  ["all settled: the look-back alone", { kind: "owed" }, {
    settled: [span(-90, -7)],
    failed: [],
  }, range(-7, 1)],
  ["after a pause: from where it was left", { kind: "owed" }, {
    settled: [span(-90, -20)],
    failed: [],
  }, range(-19, 1)],
  ["a gap in the middle", { kind: "owed" }, {
    settled: [span(-90, -50), span(-40, -7)],
    failed: [],
  }, [...range(-7, 1), ...range(-49, -41)]],
  ["a failed window before the initial span", { kind: "owed" }, {
    settled: [span(-90, -7)],
    failed: [span(-120, -110)],
  }, [...range(-7, 1), ...range(-120, -110)]],
  ["a failed window that was settled before", { kind: "owed" }, {
    settled: [span(-90, -7)],
    failed: [span(-60, -58)],
  }, [...range(-7, 1), ...range(-60, -58)]],
  ["a longer initial span: only what is new of it", { kind: "since", from: day(-100) }, {
    settled: [span(-90, -7)],
    failed: [],
  }, [...range(-7, 1), ...range(-100, -91)]],
  ["a start in the future: the look-back", { kind: "since", from: day(30) }, NOTHING, range(-7, 1)],
  ["exactly these days, settled or not", { kind: "exactly", span: span(-60, -55) }, {
    settled: [span(-90, -7)],
    failed: [span(-80, -79)],
  }, range(-60, -55)],
  ["the days of a span never read", { kind: "missing", span: span(-100, -50) }, {
    settled: [span(-90, -7)],
    failed: [],
  }, range(-100, -91)],
  ["nothing missing", { kind: "missing", span: span(-60, -50) }, {
    settled: [span(-90, -7)],
    failed: [],
  }, []],
  ["everything, whatever is settled", { kind: "everything" }, {
    settled: [span(-90, -7)],
    failed: [],
  }, range(-90, 1)],
];
for (const [name, demand, coverage, days] of CASES) {
  Deno.test(`owedWindows() for ${name}`, () =>
    assert.deepEqual(daysOf(owed(demand, coverage)), days));
}

Deno.test("a type without a range is read whole, whatever is asked", () => {
  const demands: Demand[] = [
    { kind: "owed" },
    { kind: "everything" },
    { kind: "exactly", span: span(-9, -5) },
    { kind: "missing", span: span(-9, -5) },
    { kind: "since", from: day(-5) },
  ];
  for (const demand of demands) {
    const windows = owed(demand, { settled: [span(-90, 1)], failed: [] }, typeOf("none"));
    assert.deepEqual(windows, [{ from: TODAY, to: TODAY, bounds: {} }]);
  }
});

const anyType = fc.record({
  by: fc.constantFrom("date" as const, "datetime" as const),
  initialDays: fc.integer({ min: 1, max: 400 }),
  lookbackDays: fc.integer({ min: 0, max: 30 }),
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
const anyCoverage = fc.record({ settled: anySpans, failed: anySpans });

Deno.test("what is owed is asked for once, and holds every unsettled day and the look-back", () => {
  fc.assert(fc.property(anyType, anyCoverage, (type, coverage) => {
    const days = daysOf(owed({ kind: "owed" }, coverage, type));
    assert.equal(new Set(days).size, days.length, "no day twice");
    const asked = new Set(days);
    const covers = (spans: readonly DaySpan[], offset: number) =>
      spans.some(({ from, to }) => from <= day(offset) && day(offset) <= to);
    for (let offset = -type.window.initialDays; offset <= 1; offset++) {
      const must = offset >= -type.window.lookbackDays || covers(coverage.failed, offset) ||
        !covers(coverage.settled, offset);
      assert.equal(asked.has(offset), must, `day ${offset}`);
    }
  }));
});

/** What the ledger settles of windows completed today: the look-back's rule, as its SQL has it. */
function completed(windows: readonly Window[], { window }: PipelineType): Coverage {
  const last = day(-Math.max(window.lookbackDays, 2));
  const settled = windows.filter(({ from }) => from <= last)
    .map(({ from, to }) => ({ from, to: to < last ? to : last }));
  return { settled, failed: [] };
}

Deno.test("once everything owed is in, only the look-back is owed again", () => {
  fc.assert(fc.property(anyType, (type) => {
    const first = owed({ kind: "owed" }, NOTHING, type);
    const again = owed({ kind: "owed" }, completed(first, type), type);
    const oldest = Math.min(type.window.initialDays, Math.max(type.window.lookbackDays, 1));
    const lookback = -Math.max(type.window.lookbackDays, oldest);
    assert.deepEqual(daysOf(again), range(lookback, 1));
  }));
});

Deno.test("no request is longer than its chunk, and none by datetime longer than 30 days", () => {
  fc.assert(fc.property(anyType, anyCoverage, (type, coverage) => {
    for (const { bounds } of owed({ kind: "owed" }, coverage, type)) {
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

Deno.test("every instant of a local day lies in its request, from UTC−12 to UTC+14", () => {
  fc.assert(fc.property(
    typeOfFamily("datetime"),
    fc.integer({ min: -12 * 60, max: 14 * 60 }),
    fc.nat(86_399_999),
    fc.nat(100),
    (type, offsetMinutes, timeOfDay, pick) => {
      const windows = owed({ kind: "everything" }, NOTHING, type);
      const window = windows[pick % windows.length]!;
      for (const local of [window.from, window.to]) {
        const instant = Date.parse(`${local}T00:00:00Z`) + timeOfDay - offsetMinutes * 60_000;
        assert.ok(instant >= Date.parse(window.bounds.start_datetime!));
        assert.ok(instant < Date.parse(window.bounds.end_datetime!));
      }
    },
  ));
});

Deno.test("a request by date reaches two days beyond its window on either side", () => {
  fc.assert(fc.property(typeOfFamily("date"), (type) => {
    for (const { from, to, bounds } of owed({ kind: "everything" }, NOTHING, type)) {
      assert.deepEqual(bounds, { start_date: addDays(from, -2), end_date: addDays(to, 2) });
    }
  }));
});

Deno.test("the newest request reaches beyond the newest local day on earth", () => {
  const [newest] = owed({ kind: "owed" });
  assert.equal(newest!.to, day(1));
  assert.equal(newest!.bounds.end_date, day(3));
});

function typeOfFamily(by: "date" | "datetime") {
  return anyType.map((type) => typeOf(by, { ...type.window, by }));
}
