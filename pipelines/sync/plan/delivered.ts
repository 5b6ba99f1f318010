/**
 * How far a wearer's data reaches: tells a day without data from a day whose data has not arrived.
 * A ring hands everything over in order. Once something later than a day is there, the day is
 * complete; before that, a day that was read empty may still fill.
 */
import type { PipelineType } from "../../../config/model.ts";
import { addDays, isCalendarDate, laterDay, utcDay } from "../../../lib/values/days.ts";
import type { Queryable } from "../../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import { instantOfKey } from "../../stages/key.ts";
import { isTimeKeyed } from "../../stages/table.ts";
import type { Transformed } from "../../stages/transform.ts";
import { valueAt } from "../../stages/value_at.ts";

/** An instant is at most so much earlier, by the wearer's clock, than in UTC. */
const WEST_MS = 12 * 3_600_000;

/** The newest day of a wearer's data, kept up to date while a run goes on. */
export class Delivered {
  #newest: string | null = null;
  readonly #series = new Map<string, string>();
  /** A day of the future is a mistake, and must not close the days before it. */
  readonly #last: string;

  /** @param today The current UTC day. */
  constructor(today: string) {
    this.#last = addDays(today, 1);
  }

  /**
   * What the tables hold.
   * @param types All data types of the pipeline: their tables exist.
   */
  static async read(
    db: Queryable,
    userId: string,
    types: readonly PipelineType[],
    today: string,
  ): Promise<Delivered> {
    const delivered = new Delivered(today);
    const dated = types.filter((type) => type.day !== null || isTimeKeyed(type));
    if (dated.length === 0) return delivered;
    const newest = dated.map((type, place) =>
      isTimeKeyed(type)
        ? `SELECT ${place} AS place,
            ((max("timestamp") AT TIME ZONE 'UTC') - interval '12 hours')::date AS day
          FROM oura.${q(type.table)} WHERE user_id = $1
            AND "timestamp" < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'`
        : `SELECT ${place} AS place, max(day) AS day
          FROM oura.${q(type.table)} WHERE user_id = $1 AND day <= $2::date`
    );
    const { rows } = await db.query<{ place: number; day: string | null }>(
      newest.join(" UNION ALL "),
      [userId, delivered.#last],
    );
    for (const { place, day } of rows) delivered.note(dated[place]!, day);
    return delivered;
  }

  /** Takes in the newest day of some documents of a type. */
  note(type: PipelineType, day: string | null): void {
    if (day === null || day > this.#last) return;
    this.#newest = laterDay(this.#newest ?? day, day);
    if (isTimeKeyed(type)) {
      this.#series.set(type.name, laterDay(this.#series.get(type.name) ?? day, day));
    }
  }

  /** The newest day that counts for a type: its own for a time series, else that of anything. */
  to(type: PipelineType): string | null {
    return isTimeKeyed(type) ? this.#series.get(type.name) ?? null : this.#newest;
  }
}

/** The newest day among the documents of one reading. */
export class NewestDay {
  readonly #path: readonly string[] | null;
  /** Days, and for samples instants, from this one on do not count: they are of the future. */
  readonly #last: string;
  readonly #lastMs: number;
  #newest = "";
  #newestMs = -Infinity;

  /** @param today The current UTC day. */
  constructor(private readonly type: PipelineType, today: string) {
    this.#path = isTimeKeyed(type) ? null : type.day?.split(".") ?? [];
    this.#last = addDays(today, 2);
    this.#lastMs = Date.parse(`${this.#last}T00:00:00Z`);
  }

  /** @param outcome What became of the document. */
  add(document: unknown, outcome: Transformed): void {
    if (this.#path === null) this.addInstant(instantIn(outcome, this.type));
    else {
      const day = valueAt(document, this.#path);
      if (typeof day !== "string" || day <= this.#newest || day >= this.#last) return;
      if (isCalendarDate(day)) this.#newest = day;
    }
  }

  /** @param at Of a sample, in milliseconds since 1970; NaN where it has none. */
  addInstant(at: number): void {
    if (at > this.#newestMs && at < this.#lastMs) this.#newestMs = at;
  }

  /** Null where no document said. */
  get day(): string | null {
    if (this.#path === null) {
      return this.#newestMs === -Infinity ? null : utcDay(new Date(this.#newestMs - WEST_MS));
    }
    return this.#newest === "" ? null : this.#newest;
  }
}

function instantIn(outcome: Transformed, { key: names }: PipelineType): number {
  const { key, at } = "row" in outcome ? outcome.row : { key: outcome.reject.key, at: NaN };
  if (!Number.isNaN(at) || key === null) return at;
  return instantOfKey(names.map((name) => ({ name })), key);
}
