/** What a request asks for, checked and bounded. */
import type { Context } from "hono";
import { addDays, daysBetween, type DaySpan, isCalendarDate } from "../lib/values/days.ts";
import type { Source } from "../reports/metrics/source.ts";
import { badParameter } from "./errors.ts";

/** The longest span that is answered: more than any ring's life. */
export const MOST_DAYS = 12_000;
const MOST_METRICS = 12;
const METRIC = /^[\w.-]{1,130}$/;

/** A day, or the default. */
export function dayOf(c: Context, name: string, otherwise: string): string {
  return checkDay(name, c.req.query(name) ?? otherwise);
}

/** @throws {RequestError} When the text is no day between 1990 and 2100. */
export function checkDay(name: string, day: string): string {
  if (!isCalendarDate(day) || day < "1990-01-01" || day > "2099-12-31") {
    throw badParameter(name, "a day such as 2026-11-25");
  }
  return day;
}

/**
 * The span from `from` to `to`, both included.
 * @param days How long it is where `from` is missing.
 * @param most How long it may be.
 */
export function spanOf(c: Context, source: Source, days: number, most = MOST_DAYS): DaySpan {
  const to = dayOf(c, "to", source.today);
  const from = dayOf(c, "from", addDays(to, 1 - days));
  const length = daysBetween(from, to) + 1;
  if (length < 1) throw badParameter("from", "a day before `to`");
  if (length > most) throw badParameter("from", `at most ${most} days before \`to\``);
  return { from, to };
}

/** One of a few words. */
export function choiceOf<T extends string>(
  c: Context,
  name: string,
  choices: readonly T[],
): T {
  const given = c.req.query(name);
  if (given === undefined) return choices[0]!;
  const chosen = choices.find((choice) => choice === given);
  if (chosen === undefined) throw badParameter(name, `one of ${choices.join(", ")}`);
  return chosen;
}

/** A whole number within bounds. */
export function wholeOf(c: Context, name: string, otherwise: number, least: number, most: number) {
  const text = c.req.query(name);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!/^-?\d{1,9}$/.test(text) || number < least || number > most) {
    throw badParameter(name, `a whole number from ${least} to ${most}`);
  }
  return number;
}

/** An instant in ISO 8601, between 1990 and 2100. */
export function instantOf(c: Context, name: string, otherwise: Date): Date {
  const text = c.req.query(name);
  if (text === undefined) return otherwise;
  const at = /^\d{4}-\d\d-\d\dT[\d:.]{5,12}(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (Number.isNaN(at) || text < "1990" || text > "2100") {
    throw badParameter(name, "an instant such as 2026-11-25T06:00:00Z");
  }
  return new Date(at);
}

/** Ids of metrics, separated by commas. */
export function metricsOf(c: Context, name: string, otherwise: readonly string[]): string[] {
  const text = c.req.query(name);
  const ids = text === undefined ? [...otherwise] : text.split(",").filter((id) => id !== "");
  if (ids.length > MOST_METRICS || !ids.every((id) => METRIC.test(id))) {
    throw badParameter(name, `at most ${MOST_METRICS} ids of metrics, separated by commas`);
  }
  return [...new Set(ids)];
}
