/** `gaps`: the days without data of one wearer, and why. */
import { isServed, type Pipeline, type PipelineType } from "../../config/model.ts";
import { addDays, daysBetween, type DaySpan, earlierDay } from "../../lib/values/days.ts";
import {
  readCoverage,
  readLedger,
  readRefusals,
  type ReadSpan,
} from "../../lib/db/store/ledger.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { readRejects } from "../../lib/db/store/rejects.ts";
import { livePipeline } from "../../pipelines/schema/live_pipeline.ts";
import { readState } from "../../pipelines/schema/database_schema.ts";
import { rereadRule } from "../../pipelines/sync/plan/plan_jobs.ts";
import { readBelievableLedger } from "../../pipelines/sync/plan/lost_rows.ts";
import { isTimeKeyed } from "../../pipelines/stages/table.ts";
import { daysWithData, readOffsets } from "./local_days.ts";
import { daysOfRejects, type GapCause, missingScope, reasonOf } from "./reasons.ts";

/** Consecutive days of a data type without data, for one reason. */
export interface Gap {
  userId: string;
  dataType: string;
  /** First and last day; null for types without days, such as `personal_info`. */
  from: string | null;
  to: string | null;
  /** How many days; 0 for types without. */
  days: number;
  cause: GapCause;
  code: string | null;
  message: string | null;
}

/** Whose gaps, and where to look. */
export interface GapQuery {
  readonly pipeline: Pipeline;
  readonly userId: string;
  /** Granted scopes; null when they are unknown. */
  readonly scopes: ReadonlySet<string> | null;
  /** The portal that granted them. @default Not known */
  readonly portal?: string | null;
  /** Names of data types. @default All of the pipeline */
  readonly types?: readonly string[];
  /** Whether days without an occasional document, such as a workout, count. @default false */
  readonly all?: boolean;
  /** @default What the configuration wants, or was fetched, whichever is earlier */
  readonly from?: string;
  readonly to: string;
  /** The current UTC day. */
  readonly today: string;
  /** Whether rows of time series are counted too, to notice those that are gone. @default true */
  readonly thorough?: boolean;
}

/** The gaps of a wearer, by data type in the order of the pipeline, then by day. */
export async function findGaps(db: Queryable, query: GapQuery): Promise<Gap[]> {
  const { pipeline, userId } = query;
  // Of what only the account export has, no day is expected.
  const types = pipeline.types.filter((type) =>
    isServed(type) && (query.types?.includes(type.name) ?? true)
  );
  const names = types.map(({ name }) => name);
  const live = livePipeline(pipeline, await readState(db)).types;
  const recorded = await readLedger(db, userId, names);
  const ledger = await readBelievableLedger(db, userId, types, recorded, {
    counted: query.thorough === false ? "small" : "all",
  });
  const coverage = await readCoverage(db, userId, types.map(rereadRule), query.today);
  const refusals = await readRefusals(db, userId, names);
  const rejects = Map.groupBy(
    await readRejects(db, { userId, dataTypes: names }),
    (reject) => reject.dataType,
  );
  const spans = new Map(types.map((type) => [type, spanOf(type, query, ledger.get(type.name))]));
  const earliest = [...spans.values()].reduce((day, { from }) => earlierDay(day, from), query.to);
  // A day more on either side, for instants near its ends.
  const around = { from: addDays(earliest, -1), to: addDays(query.to, 1) };
  const offsets = await readOffsets(db, userId, live, around);

  const gaps: Gap[] = [];
  for (const type of types) {
    const read = ledger.get(type.name) ?? [];
    const denied = missingScope(type, query, refusals.get(type.name));
    const table = live.find(({ name }) => name === type.name);
    const { settled } = coverage.get(type.name)!;
    const why = (day: string | null) => reasonOf(day, read, settled, denied);
    if (type.window.by === "none") {
      const reason = why(null);
      const empty = read.every(({ rows }) => rows === 0);
      if (reason.cause === "no_data" && !empty) continue;
      const place = { userId, dataType: type.name, from: null, to: null, days: 0 };
      gaps.push({ ...place, ...reason });
      continue;
    }
    const dated = table !== undefined && (table.day !== null || isTimeKeyed(table));
    const span = spans.get(type)!;
    const present = dated ? await daysWithData(db, userId, table, span, offsets) : new Set();
    const quarantined = daysOfRejects(type, rejects.get(type.name) ?? [], offsets);
    for (let day = span.from; day <= span.to; day = addDays(day, 1)) {
      if (present.has(day)) continue;
      const reason = quarantined.get(day) ?? why(day);
      // Of a table without days, a reading is all that can be asked for.
      if (!dated && (reason.cause === "no_data" || reason.cause === "no_data_yet")) continue;
      if (type.occasional && reason.cause === "no_data" && !query.all) continue;
      append(gaps, { userId, dataType: type.name, from: day, to: day, days: 1, ...reason });
    }
  }
  return gaps;
}

function spanOf(type: PipelineType, query: GapQuery, read: readonly ReadSpan[] = []): DaySpan {
  const wanted = addDays(query.today, -type.window.initialDays);
  const from = query.from ??
    read.reduce((day, entry) => earlierDay(day, entry.from_day), earlierDay(wanted, query.to));
  return { from, to: query.to };
}

/** Days in a row with the same reason are one gap. */
function append(gaps: Gap[], gap: Gap & { from: string }): void {
  const last = gaps.at(-1);
  const same = last && last.to !== null && last.dataType === gap.dataType &&
    last.cause === gap.cause && last.code === gap.code && last.message === gap.message &&
    daysBetween(last.to, gap.from) === 1;
  if (!same) {
    gaps.push(gap);
    return;
  }
  last.to = gap.to;
  last.days++;
}
