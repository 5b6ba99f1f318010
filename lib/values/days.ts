/** Calendar days as `YYYY-MM-DD` and spans of them. Spans include both their ends. */

/** A run of days, both ends included. */
export interface DaySpan {
  readonly from: string;
  readonly to: string;
}

const DATE_TEXT = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Whether `text` is `YYYY-MM-DD` and names a day that exists (years 0001 to 9999). */
export function isCalendarDate(text: string): boolean {
  const match = DATE_TEXT.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= days[month - 1]!;
}

/** `day` moved by whole calendar days; DST plays no part. */
export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** Days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(to, { largestUnit: "day" }).days;
}

/** The UTC day of an instant. */
export function utcDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** Spans in order, with those that overlap or touch made one. */
export function mergeSpans(spans: readonly DaySpan[]): DaySpan[] {
  const merged: DaySpan[] = [];
  for (const span of spans.toSorted((a, b) => compareText(a.from, b.from))) {
    const last = merged.at(-1);
    if (last && span.from <= addDays(last.to, 1)) {
      merged[merged.length - 1] = { from: last.from, to: laterDay(last.to, span.to) };
    } else {
      merged.push(span);
    }
  }
  return merged;
}

/** The days of `span` that none of `covered` has, in order. */
export function subtractSpans(span: DaySpan, covered: readonly DaySpan[]): DaySpan[] {
  const rest: DaySpan[] = [];
  let from = span.from;
  for (const hole of mergeSpans(covered)) {
    if (hole.to < from || hole.from > span.to) continue;
    if (hole.from > from) rest.push({ from, to: addDays(hole.from, -1) });
    from = addDays(hole.to, 1);
  }
  if (from <= span.to) rest.push({ from, to: span.to });
  return rest;
}

/** The days of the spans that `bounds` has, too. */
export function clipSpans(spans: readonly DaySpan[], bounds: DaySpan): DaySpan[] {
  return spans
    .map(({ from, to }) => ({ from: laterDay(from, bounds.from), to: earlierDay(to, bounds.to) }))
    .filter(({ from, to }) => from <= to);
}

/** Pieces of at most `days` days, the newest first; the oldest piece may be shorter. */
export function chunkNewestFirst(span: DaySpan, days: number): DaySpan[] {
  const chunks: DaySpan[] = [];
  for (let to = span.to; to >= span.from; to = addDays(to, -days)) {
    chunks.push({ from: laterDay(span.from, addDays(to, 1 - days)), to });
  }
  return chunks;
}

/** The later of two days. */
export function laterDay(a: string, b: string): string {
  return a > b ? a : b;
}

/** The earlier of two days. */
export function earlierDay(a: string, b: string): string {
  return a < b ? a : b;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
