import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addDays,
  chunkNewestFirst,
  daysBetween,
  type DaySpan,
  earlierDay,
  laterDay,
  mergeSpans,
  subtractSpans,
  utcDay,
} from "../../lib/values/days.ts";

const START = "2024-02-20";
const span = (from: number, length: number): DaySpan => ({
  from: addDays(START, from),
  to: addDays(START, from + length),
});
const anySpan = fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]) => span(from, length));

/** Every day of the spans, in their order, twice where two of them share it. */
const daysOf = (spans: readonly DaySpan[]) =>
  spans.flatMap(({ from, to }) =>
    Array.from({ length: daysBetween(from, to) + 1 }, (_, i) => addDays(from, i))
  );
const sortedSet = (days: readonly string[]) => [...new Set(days)].sort();

Deno.test("addDays() and daysBetween() cross leap days, years and clock changes", () => {
  assert.equal(addDays("2024-02-28", 1), "2024-02-29");
  assert.equal(addDays("2025-02-28", 1), "2025-03-01");
  assert.equal(addDays("2026-01-01", -1), "2025-12-31");
  assert.equal(daysBetween("2024-01-01", "2025-01-01"), 366);
  assert.equal(daysBetween("2026-03-30", "2026-03-28"), -2);
});

Deno.test("utcDay() is the day in UTC, wherever the machine is", () => {
  assert.equal(utcDay(new Date("2026-05-01T23:30:00-10:00")), "2026-05-02");
  assert.equal(utcDay(new Date("2026-05-01T00:30:00+14:00")), "2026-04-30");
});

Deno.test("laterDay() and earlierDay() order days", () => {
  assert.equal(laterDay("2026-05-01", "2026-04-30"), "2026-05-01");
  assert.equal(earlierDay("2026-05-01", "2026-04-30"), "2026-04-30");
});

Deno.test("mergeSpans() keeps every day once, in order, without neighbours", () => {
  fc.assert(fc.property(fc.array(anySpan), (spans) => {
    const merged = mergeSpans(spans);
    assert.deepEqual(daysOf(merged), sortedSet(daysOf(spans)));
    for (const [i, { from }] of merged.entries()) {
      assert.ok(i === 0 || daysBetween(merged[i - 1]!.to, from) > 1);
    }
  }));
});

Deno.test("subtractSpans() leaves exactly the days that nothing covers", () => {
  fc.assert(fc.property(anySpan, fc.array(anySpan), (asked, covered) => {
    const gone = new Set(daysOf(covered));
    assert.deepEqual(
      daysOf(subtractSpans(asked, covered)),
      daysOf([asked]).filter((day) => !gone.has(day)),
    );
  }));
});

Deno.test("chunkNewestFirst() cuts a span into whole pieces, newest first", () => {
  fc.assert(fc.property(anySpan, fc.integer({ min: 1, max: 25 }), (asked, size) => {
    const chunks = chunkNewestFirst(asked, size);
    assert.deepEqual(daysOf(chunks.toReversed()), daysOf([asked]));
    for (const [i, chunk] of chunks.entries()) {
      const isOldest = i === chunks.length - 1;
      const days = daysOf([chunk]).length;
      assert.ok(isOldest ? days <= size : days === size);
    }
  }));
});
