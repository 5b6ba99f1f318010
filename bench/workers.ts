/**
 * Workers on many wearers: processor time, fairness, the rate budget, wearers with trouble, and how soon
 * an event is served while the others are loaded. By itself:
 * `deno run -A bench/workers.ts [WEARERS] [CASE …]`, with the cases `small`, `steady`, `behind`, `all`,
 * `cores`, `limited` and `trouble`.
 */
import { type Case, measure, type WorkersResult } from "./workers_measure.ts";
import { LATENCY_MS } from "./workers_stage.ts";

const wearers = (count: number, name = "w") =>
  Array.from({ length: count }, (_, n) => ({ id: `${name}-${n}`, zone: "UTC" }));

/** Few types, because the jobs of 1,000 wearers are to be measured, not their samples. */
const FEW_TYPES = ["daily_sleep", "daily_readiness", "daily_spo2", "workout"];

/** Somewhat less than five spans of it, so that the budget decides how long it takes. */
const smallBudget = (count: number) => ({ requests: count, perMs: 30_000 });
/** Requests of a small wearer, as they were counted. */
const REQUESTS = 4.2;
/** Small wearers a second that the budget allows: a request counts for 32 of 30 slots, syncs get 96 %. */
const rate = (count: number) => smallBudget(count).requests * 0.96 / 32 / REQUESTS;

type OnResult = (result: WorkersResult) => void;

/** The cases by name, for so many wearers. */
const CASES: Readonly<Record<string, (count: number, onResult: OnResult) => Promise<void>>> = {
  small: (count, onResult) => {
    const of = { budget: smallBudget(count), types: FEW_TYPES };
    return sameTables(`${count} small wearers`, of, count, onResult);
  },
  // As a lab runs: the wearers are spread over the interval, and need four fifths of the budget.
  steady: (count, onResult) =>
    spread(`${count} in turn`, count, (n) => n / (0.8 * rate(count)), onResult),
  // After an outage: half of them are due at once, and the others come as fast as they can be served.
  behind: (count, onResult) =>
    spread(
      `${count}, half at once`,
      count,
      (n) => Math.max(0, n - count / 2) / rate(count),
      onResult,
    ),
  all: (count, onResult) => sameTables(`${count} wearers`, {}, count, onResult),
  cores: async (count, onResult) => {
    // More than two cores can make, so that the simulator counts and the cores decide.
    const of = { users: wearers(count), workers: 2, budget: { requests: 6_000, perMs: 30_000 } };
    const what = `${count} wearers, all types, 2 workers`;
    onResult((await measure(what, { ...of, compareEvery: 20 })).result);
  },
  limited: async (count, onResult) => {
    // A third of the requests that they need, so that the budget decides.
    const budget = { requests: 10 * count, perMs: 30_000 };
    const what = `${count} wearers, ${10 * count} requests in 30 s, events beside`;
    onResult(
      (await measure(what, { users: wearers(count), workers: 2, budget, events: true })).result,
    );
  },
  trouble: async (count, onResult) => {
    const alone = { users: wearers(count), workers: 2 };
    onResult((await measure(`${count} wearers, 2 workers`, alone)).result);
    const troubled = Math.ceil(count / 10);
    const users = [
      ...wearers(count),
      ...wearers(troubled, "out"),
      ...wearers(troubled, "lapsed").map((each) => ({ ...each, membership: false })),
      ...wearers(troubled, "narrow").map((each) => ({ ...each, scopes: ["daily"] })),
    ];
    const what = `the same beside ${3 * troubled} with trouble`;
    onResult((await measure(what, { users, workers: 2 })).result);
  },
};

/** Two workers, and small wearers who are due one after the other. */
async function spread(
  what: string,
  count: number,
  dueAfter: (index: number) => number,
  onResult: OnResult,
): Promise<void> {
  const of = { budget: smallBudget(count), types: FEW_TYPES, workers: 2 };
  onResult((await measure(what, { ...of, users: wearers(count), dueAfter })).result);
}

/** One, two and four workers fill the same tables. */
async function sameTables(
  what: string,
  of: Pick<Case, "budget" | "types">,
  count: number,
  onResult: OnResult,
): Promise<void> {
  const tables = new Set<string>();
  for (const workers of [1, 2, 4]) {
    const users = wearers(count);
    const { result, table } = await measure(`${what}, ${workers} workers`, {
      ...of,
      users,
      workers,
    });
    onResult(result);
    tables.add(table);
  }
  if (tables.size > 1) throw new Error("the tables differ");
}

/** One case in one line. */
function lineOf(result: WorkersResult): string {
  const { what, seconds, requests, tooMany, medianWait, longestWait, events } = result;
  const { workerTime, serverTime } = result;
  const parts = [
    what.padEnd(46),
    `${seconds.toFixed(0)} s`.padStart(6),
    `${requests} requests, ${(requests / seconds).toFixed(0)}/s`.padStart(21),
    `${tooMany} too many`.padStart(11),
    `waits ${medianWait.toFixed(1)} s, at most ${longestWait.toFixed(1)} s`,
    `processor time ${workerTime.toFixed(0)} s, of the server ${serverTime.toFixed(0)} s`,
  ];
  if (events) {
    parts.push(
      `${events.count} events ${events.median.toFixed(1)} s, at most ${
        events.longest.toFixed(1)
      } s`,
    );
  }
  return parts.join("  ");
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [count = "1000", ...chosen] = Deno.args;
  print(`Oura answers after ${LATENCY_MS} ms.`);
  for (const name of chosen.length === 0 ? Object.keys(CASES) : chosen) {
    const run = CASES[name];
    if (run === undefined) throw new Error(`no case ${name}`);
    await run(Number(count), (result) => print(lineOf(result)));
  }
}
