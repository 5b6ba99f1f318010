import assert from "node:assert/strict";
import { demandOf, durationOption, numberOption } from "../../commands/sync_options.ts";
import { UsageError } from "../../lib/errors.ts";
import type { Demand } from "../../pipelines/windows.ts";

const NOW = new Date("2026-05-20T23:30:00Z");

const DEMANDS: [string, Parameters<typeof demandOf>[0], Demand][] = [
  ["no options", {}, { kind: "owed" }],
  ["--initial", { initial: true }, { kind: "since", from: "2026-02-19" }],
  ["--full-refresh", { fullRefresh: true }, { kind: "everything" }],
  ["--initial --full-refresh", { initial: true, fullRefresh: true }, {
    kind: "exactly",
    span: { from: "2026-02-19", to: "2026-05-21" },
  }],
  ["--start-date alone, to the newest day on earth", { startDate: "2026-05-01" }, {
    kind: "exactly",
    span: { from: "2026-05-01", to: "2026-05-21" },
  }],
  ["both dates", { startDate: "2026-05-01", endDate: "2026-05-01" }, {
    kind: "exactly",
    span: { from: "2026-05-01", to: "2026-05-01" },
  }],
];
for (const [name, options, demand] of DEMANDS) {
  Deno.test(`demandOf() for ${name}`, () => assert.deepEqual(demandOf(options, 90, NOW), demand));
}

Deno.test("numberOption() takes whole numbers in range only", () => {
  assert.equal(numberOption("--n", "7", 1, 32), 7);
  for (const value of ["0", "33", "-1", "1.5", "1e1", "", " 7", "seven", "9999999999"]) {
    assert.throws(() => numberOption("--n", value, 1, 32), UsageError, value);
  }
});

Deno.test("durationOption() takes seconds, minutes and hours up to a day", () => {
  const cases = [["90s", 90_000], ["15m", 900_000], ["24h", 86_400_000], ["0s", 0]] as const;
  for (const [text, ms] of cases) assert.equal(durationOption("--every", text), ms);
  for (const text of ["25h", "1441m", "1d", "15", "m", "-5m", "1.5h", "15 m"]) {
    assert.throws(() => durationOption("--every", text), UsageError, text);
  }
  assert.throws(() => durationOption("--every", "0s", 1_000), /from 1s up to 24h/);
});
