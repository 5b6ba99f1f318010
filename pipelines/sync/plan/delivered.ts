/**
 * How far a wearer's data reaches: tells a day without data from a day whose data has not arrived.
 * A ring hands everything over in order. Once something later than a day is there, the day is
 * complete; before that, a day that was read empty may still fill.
 */
import type { PipelineType } from "../../../config/model.ts";
import { addDays, isCalendarDate, laterDay, utcDay } from "../../../lib/values/days.ts";
import type { Queryable } from "../../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import { KEY_SEPARATOR } from "../../stages/key.ts";
import { isTimeKeyed } from "../../stages/table.ts";
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
  readonly #last: string;
  #newest = "";

  /** @param today The current UTC day. Documents of the future do not count. */
  constructor(type: PipelineType, today: string) {
    this.#path = isTimeKeyed(type) ? null : type.day?.split(".") ?? [];
    this.#last = addDays(today, 2);
  }

  /** @param key The document's key, as far as it can be told. */
  add(document: unknown, key: string | null): void {
    // Keys of samples begin with their instant in UTC, which sorts as text.
    const text = this.#path === null ? key : valueAt(document, this.#path);
    if (typeof text !== "string" || text <= this.#newest || text >= this.#last) return;
    if (this.#path === null || isCalendarDate(text)) this.#newest = text;
  }

  /** Null where no document said. */
  get day(): string | null {
    if (this.#path === null) {
      const instant = Date.parse(this.#newest.split(KEY_SEPARATOR)[0]!);
      return Number.isNaN(instant) ? null : utcDay(new Date(instant - WEST_MS));
    }
    return this.#newest === "" ? null : this.#newest;
  }
}
