/** The view model of all wearers together: whose data is complete, and who needs attention. */
import type { Pipeline } from "../../config/model.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import type { DaySpan } from "../../lib/values/days.ts";
import type { GapCause } from "../gaps/reasons.ts";
import type { Verdict } from "../freshness/freshness.ts";

/** A wearer and what the lab calls the wearer. */
export interface NamedWearer {
  readonly userId: string;
  readonly label: string | null;
}

/** What a cohort is read from. */
export interface CohortSource {
  readonly db: Queryable;
  /** As the tables have it. */
  readonly pipeline: Pipeline;
  readonly wearers: readonly NamedWearer[];
  readonly now: Date;
}

/** What a day of a data type has: `data`, `partial` (the day is not over), `future`, or why nothing. */
export type Cell = "data" | "partial" | "future" | GapCause;

/** A data type of one wearer over the days of the cohort. */
export interface TypeDays {
  readonly dataType: string;
  /** For each day. */
  readonly cells: readonly Cell[];
  /** Days that are over and have data. */
  readonly held: number;
  /** Days, of those that are not in the future, that no complete reading covers. */
  readonly unread: readonly string[];
  /** Error codes by day, where one says why the day is missing. */
  readonly codes: Readonly<Record<string, string>>;
}

/** One wearer. */
export interface CohortWearer extends NamedWearer {
  readonly verdict: Verdict;
  readonly signIn: { readonly state: "active" | "needs_login"; readonly expiresAt: string } | null;
  /** When anything was last read completely. */
  readonly readAt: string | null;
  /** The newest day of anything that occurs daily. */
  readonly heldTo: string | null;
  /** The night that ended today by the wearer's clock; null where no sleep is declared. */
  readonly lastNight: "yes" | "partial" | "no" | null;
  /** Days of the data types that occur daily, of those that are over: with data, and all. */
  readonly completeness: { readonly held: number; readonly days: number };
  readonly lastRun: {
    readonly command: string;
    readonly state: string;
    readonly startedAt: string;
    readonly errorCode: string | null;
  } | null;
  readonly types: readonly TypeDays[];
}

/** The view model. */
export interface Cohort {
  readonly from: string;
  readonly to: string;
  readonly days: readonly string[];
  /** In the order of each wearer's types; `daily`: expected for every day. */
  readonly dataTypes: readonly { readonly name: string; readonly daily: boolean }[];
  readonly wearers: readonly CohortWearer[];
}

/** Days of wearers by wearer, then data type, as bits: bit 0 is the first day of the span. */
export type DayBits = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** The days of a span that bits are of, and the wearers they are read for. */
export interface CohortSpan extends DaySpan {
  readonly userIds: readonly string[];
}
