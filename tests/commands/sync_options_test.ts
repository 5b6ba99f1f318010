import assert from "node:assert/strict";
import { demandOf, spanOption } from "../../pipelines/sync/plan/demand.ts";
import { durationOption, numberOption } from "../../commands/sync/options.ts";
import { UsageError } from "../../lib/errors.ts";
import type { Demand } from "../../pipelines/sync/plan/windows.ts";

const NOW = new Date("2026-05-20T23:30:00Z");

const DEMANDS: [string, Parameters<typeof demandOf>[0], Demand][] = [
  ["no options", {}, { kind: "pending" }],
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
  ["an end that is yet to come", { startDate: "2026-05-01", endDate: "9999-12-31" }, {
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

Deno.test("spanOption() takes either day, both, or none", () => {
  const span = (from?: string, to?: string) => spanOption(["--from", from], ["--to", to], NOW);
  assert.deepEqual(span(), {});
  assert.deepEqual(span("2026-05-21"), { from: "2026-05-21" });
  assert.deepEqual(span(undefined, "2026-05-01"), { to: "2026-05-01" });
  assert.deepEqual(span("2000-01-01", "2026-06-01"), { from: "2000-01-01", to: "2026-05-21" });
});

Deno.test("spanOption() refuses days that cannot have data, by the option's name", () => {
  const cases: [string, string, RegExp][] = [
    ["2026-05-22", "2026-05-23", /^--from 2026-05-22 is in the future$/],
    ["1999-12-31", "2026-05-01", /^--from 1999-12-31 is before 2000-01-01$/],
    ["2026-05-01", "0001-01-01", /^--to 0001-01-01 is before 2000-01-01$/],
    ["2026-05-02", "2026-05-01", /^--from 2026-05-02 is after --to 2026-05-01$/],
    ["2026-02-29", "2026-05-01", /^--from 2026-02-29 is not a calendar day$/],
  ];
  for (const [from, to, message] of cases) {
    assert.throws(() => spanOption(["--from", from], ["--to", to], NOW), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  }
});

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
