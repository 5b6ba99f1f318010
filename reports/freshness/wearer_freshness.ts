/**
 * How fresh the data of a wearer is, type by type: what `status`, the page, `/metrics` and their
 * JSON say.
 */
import { isServed, type PipelineType } from "../../config/model.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { type TypeStatus, typeStatus } from "../../lib/db/store/status.ts";
import { utcDay } from "../../lib/values/days.ts";
import type { KnownWearer } from "../known_wearers.ts";
import { isStale, newestDay, occursDaily, readingVerdict, type Verdict } from "./freshness.ts";
import { type Holding, type HoldingOptions, readHoldings } from "./holdings.ts";

/** An error as it was recorded. */
export interface RecordedError {
  readonly code: string;
  readonly message: string | null;
}

/** One data type. */
export interface TypeFreshness {
  readonly dataType: string;
  readonly verdict: Verdict | "import";
  /** When it was last read completely, and up to which day. */
  readonly fetchedAt: Date | null;
  readonly readTo: string | null;
  /** Rows of its table, null where they were not counted; first and newest day, or instant. */
  readonly rows: number | null;
  readonly first: string | null;
  readonly newest: string | null;
  /** How the latest run that had it ended. */
  readonly lastState: string | null;
  readonly error: RecordedError | null;
  readonly openRejects: number;
  readonly revisedLast7Days: number;
  readonly failedWindows: number;
}

/** One wearer. */
export interface WearerFreshness {
  /**
   * The worst reading of the types that were not skipped on purpose; `failing` too for a dead
   * sign-in, and `stale` too when the newest data of all is.
   */
  readonly verdict: Verdict;
  /** Why it is not fresh, in a sentence. */
  readonly why: string | null;
  /** The newest day of anything that occurs daily. */
  readonly newestDay: string | null;
  readonly signIn: {
    readonly state: "active" | "needs_login";
    readonly expiresAt: Date;
    readonly scopes: readonly string[] | null;
  } | null;
  readonly types: readonly TypeFreshness[];
}

/**
 * Reads how fresh the data of a wearer is.
 * @param types As declared. @param live Those of them that have a table, as it is.
 */
export async function readWearerFreshness(
  db: Queryable,
  wearer: Omit<KnownWearer, "label">,
  { types, live }: { types: readonly PipelineType[]; live: readonly PipelineType[] },
  now: Date,
  options: HoldingOptions = {},
): Promise<WearerFreshness> {
  const statuses = await typeStatus(db, wearer.userId, types.map(({ name }) => name));
  const found = await readHoldings(db, wearer.userId, live, utcDay(now), options);
  const holdings = new Map(found.map((holding) => [holding.dataType, holding]));
  return wearerFreshness(wearer, types, statuses, holdings, now);
}

/** Puts together what the database knows of a wearer. */
export function wearerFreshness(
  { grant }: Pick<KnownWearer, "grant">,
  types: readonly PipelineType[],
  statuses: readonly TypeStatus[],
  holdings: ReadonlyMap<string, Holding>,
  now: Date,
): WearerFreshness {
  const readings = statuses.filter(({ last_state }, i) =>
    last_state !== "skipped" && isServed(types[i]!)
  ).map((status) => ({ dataType: status.data_type, verdict: readingVerdict(status, now) }));
  const newest = newestDay(types, holdings);
  const isOld = types.some(occursDaily) && isStale(newest, utcDay(now));
  return {
    ...judged(grant?.state === "needs_login", readings, isOld, newest),
    newestDay: newest,
    signIn: grant && { state: grant.state, expiresAt: grant.expiresAt, scopes: grant.scopes },
    types: types.map((type, i) => typeOf(type, statuses[i]!, holdings.get(type.name), now)),
  };
}

interface Reading {
  readonly dataType: string;
  readonly verdict: Verdict;
}

/** The worst that is known, and the sentence for it. */
function judged(
  signedOut: boolean,
  readings: readonly Reading[],
  isOld: boolean,
  newest: string | null,
): Pick<WearerFreshness, "verdict" | "why"> {
  const having = (wanted: Verdict) =>
    readings.filter(({ verdict }) => verdict === wanted).map(({ dataType }) => dataType);
  const [failing, never, stale] = [having("failing"), having("never"), having("stale")];
  const named = (names: readonly string[]) =>
    names.length === readings.length ? "anything" : names.join(", ");
  if (signedOut) {
    return { verdict: "failing", why: "The sign-in ended. Run: oura-sync auth login" };
  }
  if (failing.length > 0) {
    return { verdict: "failing", why: `The last run could not read ${named(failing)}.` };
  }
  if (never.length > 0) {
    const why = never.length === readings.length
      ? "Nothing was read yet. Run: oura-sync sync"
      : `Never read completely: ${named(never)}.`;
    return { verdict: "never", why };
  }
  if (stale.length > 0) {
    const why = stale.length === readings.length
      ? "The last sync is more than a day and a half ago."
      : `Last read more than a day and a half ago: ${named(stale)}.`;
    return { verdict: "stale", why };
  }
  if (!isOld) return { verdict: "fresh", why: null };
  const since = newest === null ? "has sent nothing" : `has sent nothing since ${newest}`;
  return {
    verdict: "stale",
    why: `Reading works, but the ring ${since}: open the Oura app near the ring.`,
  };
}

function typeOf(
  type: PipelineType,
  status: TypeStatus,
  holding: Holding | undefined,
  now: Date,
): TypeFreshness {
  const { rows = 0, first = null, newest = null } = holding ?? {};
  // What only the account export has is never read from the API.
  const reading = isServed(type) ? readingVerdict(status, now) : "import";
  // A type without any data may be one the ring does not measure.
  const isOld = occursDaily(type) && newest !== null && isStale(newest, utcDay(now));
  return {
    dataType: type.name,
    verdict: reading === "fresh" && isOld ? "stale" : reading,
    fetchedAt: status.fetched_at,
    readTo: status.read_to,
    rows,
    first,
    newest,
    lastState: status.last_state,
    error: errorOf(status),
    openRejects: status.open_rejects,
    revisedLast7Days: status.revised_this_week,
    failedWindows: status.failed_windows,
  };
}

/** The recorded error of a type or a run; null where there was none. */
export function errorOf(
  { error_code: code, error_message: message }: {
    error_code: string | null;
    error_message: string | null;
  },
): RecordedError | null {
  return code === null ? null : { code, message };
}
