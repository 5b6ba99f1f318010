/**
 * All wearers at once, in a fixed number of statements, however many wearers there are. What a day
 * lacks, and why, is what `gaps` says of the single wearer, except that the ledger is believed:
 * rows that were deleted by hand are found by `gaps` and by the next sync.
 */
import { isServed, type PipelineType } from "../../config/model.ts";
import type { ReadSpan } from "../../lib/db/store/ledger.ts";
import type { GrantSummary } from "../../lib/db/vault/grant.ts";
import { addDays, daysBetween, laterDay, utcDay } from "../../lib/values/days.ts";
import { isTimeKeyed } from "../../pipelines/stages/table.ts";
import {
  isStale,
  occursDaily,
  readingVerdict,
  type Verdict,
  worstVerdict,
} from "../freshness/freshness.ts";
import { grantsOf } from "../known_wearers.ts";
import { fillOffsets } from "../gaps/local_days.ts";
import { daysOfRejects, missingScope, type Reason, reasonOf } from "../gaps/reasons.ts";
import { isPartial } from "../metrics/partial.ts";
import { daysOf } from "../metrics/source.ts";
import { bit, datedDays, latestOffsets, newestDays, sampledDays } from "./holdings.ts";
import type { Cell, Cohort, CohortSource, CohortWearer, NamedWearer, TypeDays } from "./model.ts";
import {
  failedWindows,
  keyOf,
  latestRuns,
  ledgerDays,
  quarantined,
  type Readings,
  readingsOf,
  refusals,
} from "./readings.ts";

/** The days that are shown, the present one included. */
export const COHORT_DAYS = 14;

/** Reads the cohort. */
export async function readCohort(source: CohortSource): Promise<Cohort> {
  const facts = await factsOf(source);
  const { types, days } = facts;
  return {
    from: days[0]!,
    to: days.at(-1)!,
    days,
    dataTypes: types.map((type) => ({ name: type.name, daily: occursDaily(type) })),
    wearers: source.wearers.map((wearer) => wearerOf(wearer, facts)),
  };
}

type Facts = Awaited<ReturnType<typeof factsOf>>;

async function factsOf({ db, pipeline, wearers, now }: CohortSource) {
  const userIds = wearers.map(({ userId }) => userId);
  const served = pipeline.types.filter(isServed);
  const types = served.filter((type) =>
    type.window.by !== "none" && (type.day !== null || isTimeKeyed(type))
  );
  const utcToday = utcDay(now);
  // A day more on either side, for wearers east of UTC, and for instants near the ends.
  const wide = { userIds, from: addDays(utcToday, -COHORT_DAYS), to: addDays(utcToday, 2) };
  const dated = await datedDays(db, pipeline.types, wide);
  const untold = userIds.filter((userId) => !dated.latest.has(userId));
  const latest = new Map([...dated.latest, ...await latestOffsets(db, pipeline.types, untold)]);
  const todays = new Map(userIds.map((id) => [id, localDay(now, latest.get(id) ?? 0)]));
  const to = [...todays.values()].reduce(laterDay, utcToday);
  const span = { userIds, from: addDays(to, 1 - COHORT_DAYS), to };
  const offsets = new Map(
    userIds.map((id) => [id, fillOffsets(dated.offsets.get(id) ?? new Map(), wide)]),
  );
  const grants = new Map((await grantsOf(db)).map((grant) => [grant.userId, grant]));
  return {
    now,
    types,
    days: daysOf(span),
    /** How far the bits of `dated` begin before those of the span. */
    shift: daysBetween(wide.from, span.from),
    latest,
    todays,
    offsets,
    grants,
    dated: dated.days,
    sampled: await sampledDays(db, types, span, offsets),
    newest: await newestDays(db, pipeline.types, userIds, utcToday),
    expectsDaily: pipeline.types.some(occursDaily),
    runs: await latestRuns(db, userIds),
    readings: await readingsOf(db, userIds, served),
    ledger: await ledgerDays(db, types, span),
    failed: await failedWindows(db, types, span),
    rejects: await quarantined(db, types),
    refused: await refusals(db, types, userIds, grants),
  };
}

function localDay(now: Date, offsetSeconds: number): string {
  return utcDay(new Date(now.getTime() + offsetSeconds * 1000));
}

function wearerOf(wearer: NamedWearer, facts: Facts): CohortWearer {
  const { userId } = wearer;
  const grant = facts.grants.get(userId);
  const readings = facts.readings.get(userId);
  const heldTo = facts.newest.get(userId) ?? null;
  const today = facts.days.indexOf(facts.todays.get(userId)!);
  const scopes = grant?.scopes ? new Set(grant.scopes) : null;
  const types = facts.types.map((type) =>
    typeDays(type, { userId, today, scopes, portal: grant?.portal ?? null }, facts)
  );
  const daily = types.filter((_, i) => occursDaily(facts.types[i]!));
  return {
    ...wearer,
    verdict: verdictOf(readings, grant, heldTo, facts),
    signIn: grant ? { state: grant.state, expiresAt: grant.expiresAt.toISOString() } : null,
    readAt: readings?.read_at?.toISOString() ?? null,
    heldTo,
    lastNight: lastNight(types, today),
    completeness: {
      held: daily.reduce((sum, { held }) => sum + held, 0),
      days: daily.length * today,
    },
    lastRun: facts.runs.get(userId) ?? null,
    types,
  };
}

/** The verdict of `status`: the worst reading of the types, a dead sign-in, or old data. */
function verdictOf(
  readings: Readings | undefined,
  grant: GrantSummary | undefined,
  heldTo: string | null,
  { now, expectsDaily }: Facts,
): Verdict {
  const verdicts: Verdict[] = [];
  if (grant?.state === "needs_login") verdicts.push("failing");
  if (readings) {
    const { failed, never, oldest } = readings;
    if (failed || never || oldest !== null) {
      const state = { last_state: failed ? "failed" : null, fetched_at: never ? null : oldest };
      verdicts.push(readingVerdict(state, now));
    }
  }
  if (expectsDaily && isStale(heldTo, utcDay(now))) verdicts.push("stale");
  return worstVerdict(verdicts);
}

/** What the days of a wearer's types are derived from. */
interface Told {
  readonly userId: string;
  /** The place of the present day among the days. */
  readonly today: number;
  readonly scopes: ReadonlySet<string> | null;
  readonly portal: string | null;
}

function typeDays(type: PipelineType, told: Told, facts: Facts): TypeDays {
  const { userId, today } = told;
  const { days, shift, latest, now } = facts;
  const dated = (facts.dated.get(userId)?.get(type.name) ?? 0) >>> shift;
  const held = dated | (facts.sampled.get(userId)?.get(type.name) ?? 0);
  const why = whyMissing(type, told, facts);
  const clock = { now, offsetSeconds: latest.get(userId) ?? 0 };
  const { read = 0 } = facts.ledger.get(keyOf(userId, type.name)) ?? {};
  const codes: Record<string, string> = {};
  const cells = days.map((day, i): Cell => {
    if (i > today) return "future";
    if (bit(held, i)) {
      // A day that ended a day ago grows no more.
      return i >= today - 1 && isPartial(clock, type.name, day) ? "partial" : "data";
    }
    const { cause, code } = why(i);
    if (code !== null) codes[day] = code;
    return cause;
  });
  return {
    dataType: type.name,
    cells,
    held: cells.filter((cell, i) => i < today && (cell === "data" || cell === "partial")).length,
    unread: days.filter((_, i) => i <= today && !bit(read, i)),
    codes,
  };
}

/** Why a day of a type has no data: the same rule as that of `gaps`. */
function whyMissing(
  type: PipelineType,
  { userId, scopes, portal }: Told,
  { days, ledger, failed, rejects, refused, offsets }: Facts,
): (place: number) => Reason {
  const key = keyOf(userId, type.name);
  const denied = missingScope(type, { scopes, portal }, refused.get(key));
  const { read = 0, settled = 0 } = ledger.get(key) ?? {};
  const failures = failed.get(key) ?? [];
  const inQuarantine = daysOfRejects(type, rejects.get(key) ?? [], offsets.get(userId)!);
  return (place) => {
    const day = days[place]!;
    const only = { from: day, to: day };
    const done: ReadSpan[] = bit(read, place)
      ? [{ ...NO_FAILURE, data_type: type.name, from_day: day, to_day: day }]
      : [];
    return inQuarantine.get(day) ??
      reasonOf(day, [...failures, ...done], bit(settled, place) ? [only] : [], denied);
  };
}

const NO_FAILURE = { state: "done", rows: 0, error_code: null, error_message: null } as const;

/** Main sleep and its score are there, one of them, or neither. */
function lastNight(types: readonly TypeDays[], today: number): CohortWearer["lastNight"] {
  const nights = types.filter(({ dataType }) => ["sleep", "daily_sleep"].includes(dataType));
  if (nights.length === 0) return null;
  const there = nights.filter(({ cells }) => ["data", "partial"].includes(cells[today] ?? ""));
  return there.length === nights.length ? "yes" : there.length === 0 ? "no" : "partial";
}
