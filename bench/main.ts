/**
 * `deno task bench [NAME…]`: the budgets of the design, each measured beside its reference in the
 * same run. Prints a table and writes `bench/results.json`; asserts nothing, because machines differ.
 */
import { benchImport } from "./account_export.ts";
import { benchColumn } from "./column.ts";
import { benchDashboard } from "./dashboard.ts";
import { benchLatency } from "./latency.ts";
import { hasBudget, type Result, writeResults } from "./results.ts";
import { benchStart } from "./start.ts";
import { benchDecade, benchYear } from "./year.ts";

const CASES: Readonly<Record<string, () => Promise<Result[]>>> = {
  year: benchYear,
  decade: benchDecade,
  latency: benchLatency,
  start: benchStart,
  column: benchColumn,
  dashboard: benchDashboard,
  import: benchImport,
};

const names = Deno.args.length === 0 ? Object.keys(CASES) : Deno.args;
const unknown = names.filter((name) => !Object.hasOwn(CASES, name));
if (unknown.length > 0) {
  print(`no case ${unknown.join(", ")}; there are ${Object.keys(CASES).join(", ")}`);
  Deno.exit(2);
}
for (const name of names) {
  const results = await CASES[name]!();
  for (const result of results) print(lineOf(result));
  await writeResults(name, results);
}

function lineOf(result: Result): string {
  const { what, measured, unit, reference, ratio, budget, isWithin } = result;
  const compared = reference === null
    ? ""
    : ` = ${ratio} × ${reference.what} (${reference.measured} ${unit})`;
  if (!hasBudget(result)) return `limit   ${what}: ${measured} ${unit}${compared}`;
  const limit = budget.atMost === undefined ? `≥ ${budget.atLeast}` : `≤ ${budget.atMost}`;
  return `${isWithin ? "within" : "BEYOND"}  ${what}: ${measured} ${unit}${compared}; ${limit}`;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
