/** What every report is read from: a database, one wearer, the declared columns and the present. */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { addDays, type DaySpan, utcDay } from "../../lib/values/days.ts";
import { livePipeline } from "../../pipelines/schema/live_pipeline.ts";
import { readState } from "../../pipelines/schema/database_schema.ts";

/** The wearer's data as it is now. */
export interface Source {
  readonly db: Queryable;
  readonly userId: string;
  readonly now: Date;
  /** The wearer's local day. */
  readonly today: string;
  /** Seconds east of UTC, by the wearer's latest document. */
  readonly offsetSeconds: number;
  /** Data types by name, with the columns and series that are in the tables. */
  readonly types: ReadonlyMap<string, PipelineType>;
  readonly pipeline: Pipeline;
}

/** The pipeline as its tables have it now, which is what reports may select. */
export async function tablesOf(db: Queryable, pipeline: Pipeline): Promise<Pipeline> {
  return livePipeline(pipeline, await readState(db));
}

/**
 * Opens the data of a wearer.
 * @param live What {@linkcode tablesOf} returned.
 */
export async function openSource(
  db: Queryable,
  live: Pipeline,
  userId: string,
  now: Date,
): Promise<Source> {
  const types = new Map(live.types.map((type) => [type.name, type]));
  const offsetSeconds = await latestOffset(db, live, userId);
  const today = utcDay(new Date(now.getTime() + offsetSeconds * 1000));
  return { db, userId, now, today, offsetSeconds, types, pipeline: live };
}

/** Runs a statement written against the schema `oura`; `$1` is the wearer. */
export async function read<T extends Record<string, unknown>>(
  { db, userId }: Pick<Source, "db" | "userId">,
  sql: string,
  ...params: unknown[]
): Promise<T[]> {
  return (await db.query<T>(sql, [userId, ...params])).rows;
}

/** The table of a data type, quoted, with the schema to be replaced. */
export function tableName(type: Pick<PipelineType, "table">): string {
  return `oura.${q(type.table)}`;
}

/** Every day of a span, in order. */
export function daysOf(span: DaySpan): string[] {
  const days: string[] = [];
  const last = Date.parse(span.to);
  for (let at = Date.parse(span.from); at <= last; at += 86_400_000) {
    days.push(utcDay(new Date(at)));
  }
  return days;
}

/** The span of so many days that ends on a day. */
export function spanUntil(to: string, days: number): DaySpan {
  return { from: addDays(to, 1 - days), to };
}

/** Types whose offset is that of the wearer at the time, the most telling first. */
export const TELLING: readonly string[] = ["sleep", "daily_activity", "workout", "daily_readiness"];

async function latestOffset(db: Queryable, live: Pipeline, userId: string): Promise<number> {
  const types = live.types.filter(({ name, day, offset }) =>
    TELLING.includes(name) && day !== null && offset !== null
  );
  if (types.length === 0) return 0;
  const selects = types.map((type) =>
    `(SELECT day, extract(epoch FROM utc_offset)::double precision AS seconds,
      ${TELLING.indexOf(type.name)} AS place FROM ${tableName(type)}
      WHERE user_id = $1 AND deleted_at IS NULL AND utc_offset IS NOT NULL
      ORDER BY day DESC LIMIT 1)`
  );
  const rows = await read<{ seconds: number }>(
    { db, userId },
    `SELECT seconds FROM (${
      selects.join(" UNION ALL ")
    }) AS latest ORDER BY day DESC, place LIMIT 1`,
  );
  return rows[0]?.seconds ?? 0;
}

/** The first day any data type has a document of; today where there is none. */
export async function firstDay(source: Source): Promise<string> {
  const selects = [...source.types.values()].filter(({ day }) => day !== null).map((type) =>
    `SELECT min(t.day) AS day FROM ${tableName(type)} t
    WHERE t.user_id = $1 AND t.deleted_at IS NULL`
  );
  if (selects.length === 0) return source.today;
  const rows = await read<{ day: string | null }>(
    source,
    `SELECT min(day) AS day FROM (${selects.join(" UNION ALL ")}) AS firsts`,
  );
  return rows[0]?.day ?? source.today;
}
