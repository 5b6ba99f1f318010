/** Numbers that the documentation promises, beside those of the code. */
import assert from "node:assert/strict";
import COSTS from "../../bench/fleet_costs.json" with { type: "json" };
import RESULTS from "../../bench/results.json" with { type: "json" };
import { hasBudget, type Result } from "../../bench/results.ts";
import { APP_BUDGET } from "../../pipelines/sync/app_budget.ts";
import { COHORT_DAYS } from "../../reports/cohort/read_cohort.ts";
import { RENEW_DAYS } from "../../server/subscriptions/plan.ts";
import { RECEIVER_LIMITS } from "../../server/webhooks/limits.ts";

const { bodyBytes, bodyMs, toleranceSeconds, storeMs, inFlight, forgeries, forgeriesPerSecond } =
  RECEIVER_LIMITS;
const MIB = bodyBytes / 2 ** 20;
const { firstOfDay, sync } = COSTS;

const BUDGETS = Object.values(RESULTS).flatMap(({ results }): Result[] => results).filter(
  hasBudget,
);
const MISSED = BUDGETS.filter(({ isWithin }) => !isWithin);

/** The end of a missed budget's line: the budget and the result. */
function missedBudget({ budget: { atMost, atLeast }, ratio, reference, unit }: Result): string {
  const withUnit = (value: number) => unit === "MiB" && reference === null ? `${value} MiB` : value;
  const limit = atMost === undefined
    ? `at least ${withUnit(atLeast!)}`
    : `at most ${withUnit(atMost)}`;
  return `| ${limit} | ${withUnit(ratio)} |`;
}

/** What each page must say. */
const PROMISES: Readonly<Record<string, readonly string[]>> = {
  "docs/webhooks.md": [
    `differs by more than ${toleranceSeconds} seconds`,
    `did not arrive within ${bodyMs / 1_000} seconds`,
    `The body has more than ${MIB} MiB`,
    `forged more than ${forgeries} calls, or more than ${forgeriesPerSecond} in a second`,
    `More than ${inFlight} calls at once`,
    `does not store an event within ${storeMs / 1_000} seconds`,
    `renews it when fewer than ${RENEW_DAYS} are left`,
  ],
  "docs/security.md": [
    `differ from the clock by ${toleranceSeconds} seconds`,
    `beyond ${inFlight} at once. Bodies are read up to ${MIB} MiB and for ${
      bodyMs / 1_000
    } seconds`,
  ],
  "docs/PERFORMANCE.md": [
    `${BUDGETS.length - MISSED.length} of the ${BUDGETS.length} budgets are met`,
    ...MISSED.map(missedBudget),
  ],
  "docs/lab.md": [`The days are the last ${COHORT_DAYS} `],
  "docs/operations.md": [
    `${APP_BUDGET.requests.toLocaleString("en")} requests in five minutes`,
    `an hourly job makes ${firstOfDay + 23 * sync} requests a day`,
    `${firstOfDay} in the first run of the day, which reads late days again, and ${sync} in each`,
  ],
};

for (const [page, sentences] of Object.entries(PROMISES)) {
  Deno.test(`${page} promises the numbers of the code`, async () => {
    // A table is padded.
    const text = (await Deno.readTextFile(page)).replace(/ +/g, " ");
    assert.deepEqual(sentences.filter((sentence) => !text.includes(sentence)), []);
  });
}
