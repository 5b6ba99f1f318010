/** Keeps what charts are drawn from in step with the rows that an import writes. */
import type { PipelineType } from "../../config/model.ts";
import type { Database, Queryable } from "../../lib/db/driver/database.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import {
  addDays,
  daysBetween,
  type DaySpan,
  earlierDay,
  laterDay,
  utcDay,
} from "../../lib/values/days.ts";
import { refreshHeartRateHours, ROLLED_UP } from "../rollup/heart_rate_hours.ts";
import { refreshSeriesDocuments } from "../rollup/series_documents.ts";
import { KEY_SEPARATOR } from "../stages/key.ts";
import { tableOf, valueColumns } from "../stages/table.ts";
import type { Row } from "../stages/transform.ts";
import type { RowBatch } from "./batch/read_rows.ts";

/** Days whose heart rate is rolled up in one statement. */
const CHUNK_DAYS = 60;

/** The roll-ups of one data type. */
export class RollUps {
  readonly #type: PipelineType;
  readonly #userId: string;
  /** Where a row has its day; -1 where it has none. */
  readonly #place: number;
  /** Days of batches that were not in the order of time. */
  #scattered: DaySpan | null = null;

  constructor(type: PipelineType, userId: string) {
    this.#type = type;
    this.#userId = userId;
    this.#place = valueColumns(tableOf(type)).findIndex(({ name }) => name === "day");
  }

  /**
   * Refreshes the days of a batch. Samples of a file that is not in the order of time lie years
   * apart: they are left to {@linkcode finish}, because each batch would roll up all of history.
   * @param met All rows of the batch: an import that was killed has stored some and not finished.
   * @param written Of the rows that were compared, those that differ from what was stored before.
   * @param copied How many samples were added without comparing them.
   */
  async afterBatch(
    tx: Queryable,
    met: RowBatch,
    written: readonly Row[],
    copied: number,
  ): Promise<void> {
    if (this.#type.name === ROLLED_UP) {
      const span = instantDays(met);
      if (span === null) return;
      if (daysBetween(span.from, span.to) > CHUNK_DAYS) this.#scatter(span);
      else if (written.length + copied > 0) {
        await refreshHeartRateHours(tx, this.#type, this.#userId, span);
      }
    } else if (this.#place >= 0 && written.length > 0) {
      const days = written.map(({ values }) => String(values[this.#place]));
      await refreshSeriesDocuments(tx, this.#type, this.#userId, spanOf(days));
    }
  }

  #scatter(span: DaySpan): void {
    const spans = this.#scattered === null ? [span] : [span, this.#scattered];
    this.#scattered = spanOf(spans.flatMap(({ from, to }) => [from, to]));
  }

  /** Refreshes what batches have left, after the last of them. */
  async finish(db: Database): Promise<void> {
    const span = this.#scattered;
    if (span === null) return;
    for (let from = span.from; from <= span.to; from = addDays(from, CHUNK_DAYS)) {
      const to = earlierDay(addDays(from, CHUNK_DAYS - 1), span.to);
      await retryTransaction(
        db,
        (tx) => refreshHeartRateHours(tx, this.#type, this.#userId, { from, to }),
      );
    }
  }
}

/** The days of the instants of a batch; null where it has none. */
function instantDays({ samples, read }: RowBatch): DaySpan | null {
  let [first, last] = [Infinity, -Infinity];
  const take = (at: number) => {
    if (at < first) first = at;
    if (at > last) last = at;
  };
  if (samples !== null) {
    const { rows } = samples;
    for (let i = 0; i < rows.length; i++) {
      const at = rows.instant(i);
      take(Number.isNaN(at) ? Date.parse(rows.instantText(i)) : at);
    }
  }
  for (const { row } of read) take(Date.parse(row.key.split(KEY_SEPARATOR, 1)[0]!));
  return first > last ? null : { from: utcDay(new Date(first)), to: utcDay(new Date(last)) };
}

function spanOf(days: readonly string[]): DaySpan {
  return { from: days.reduce(earlierDay), to: days.reduce(laterDay) };
}
