/** What is laid over charts of days: what changed the ruler, where the wearer was, what was noted. */
import { addDays, daysBetween, type DaySpan } from "../../lib/values/days.ts";
import { dateOf, instantOf, numberOf, textOf } from "./fields.ts";
import { mainNights } from "./daily_values.ts";
import { offsetName, offsetRuns, offsetsOf } from "./local_time.ts";
import { daysOf, read, type Source } from "./source.ts";

/** The first day whose night was staged by another algorithm than the night before. */
export interface AlgorithmChange {
  readonly day: string;
  readonly from: string;
  readonly to: string;
}

/** Days away from the offset the wearer has most of the span. */
export interface Journey extends DaySpan {
  /** `UTC+9`. */
  readonly offset: string;
}

/** A tag as the wearer set it. */
export interface TagMark {
  readonly day: string;
  readonly tag: string;
  readonly comment: string | null;
  /** When, as an ISO instant. */
  readonly at: string | null;
}

/** A workout. */
export interface Workout {
  readonly day: string;
  readonly activity: string;
  readonly label: string | null;
  readonly intensity: string | null;
  readonly start: string | null;
  readonly end: string | null;
  /** Minutes. */
  readonly minutes: number | null;
  /** kcal */
  readonly energy: number | null;
  /** m */
  readonly distance: number | null;
  /** Seconds east of UTC at the time. */
  readonly offsetSeconds: number | null;
}

/** Everything that may be laid over charts of a span. */
export interface Marks {
  readonly algorithm: readonly AlgorithmChange[];
  readonly restMode: readonly DaySpan[];
  readonly journeys: readonly Journey[];
  readonly tags: readonly { readonly day: string; readonly tag: string }[];
  readonly workouts: readonly { readonly day: string; readonly activity: string }[];
}

/** All marks of a span. */
export async function marksOf(source: Source, span: DaySpan): Promise<Marks> {
  return {
    algorithm: await algorithmChanges(source, span),
    restMode: await restModes(source, span),
    journeys: await journeys(source, span),
    tags: (await tagsOf(source, span)).map(({ day, tag }) => ({ day, tag })),
    workouts: (await workoutsOf(source, span)).map(({ day, activity }) => ({ day, activity })),
  };
}

/** Where the staging algorithm changed. */
export async function algorithmChanges(
  source: Source,
  span: DaySpan,
): Promise<AlgorithmChange[]> {
  const version = textOf(source, "sleep", "sleep_algorithm_version");
  const rows = await read<{ day: string; version: string | null }>(
    source,
    mainNights(source, `${version} AS version`),
    // The night before the span tells whether its first night is a change.
    addDays(span.from, -7),
    span.to,
  );
  const changes: AlgorithmChange[] = [];
  let last: string | null = null;
  for (const { day, version } of rows) {
    if (version === null) continue;
    if (last !== null && version !== last && day >= span.from) {
      changes.push({ day, from: last, to: version });
    }
    last = version;
  }
  return changes;
}

/** Days in rest mode; an open period lasts until today, but no longer than four weeks. */
export async function restModes(source: Source, span: DaySpan): Promise<DaySpan[]> {
  if (!source.types.has("rest_mode_period")) return [];
  const rows = await read<{ day: string; last: string | null }>(
    source,
    `SELECT t.day, ${dateOf(source, "rest_mode_period", "end_day")} AS last
    FROM oura.rest_mode_period t WHERE t.user_id = $1 AND t.deleted_at IS NULL
      AND t.day BETWEEN $2::date - 28 AND $3::date ORDER BY t.day`,
    span.from,
    span.to,
  );
  return rows.map(({ day, last }) => {
    const open = addDays(day, 27);
    return { from: day, to: last ?? (open < source.today ? open : source.today) };
  }).filter(({ to }) => to >= span.from);
}

/** A wearer who is away for longer has moved. */
const MOVED_DAYS = 120;
/** An hour's difference for longer than this, all in all, is summer or winter time at home. */
const CLOCK_CHANGE_DAYS = 30;

/** Journeys: spans under another offset than the usual ones, clock changes at home left out. */
export async function journeys(source: Source, span: DaySpan): Promise<Journey[]> {
  const offsets = await offsetsOf(source, daysOf(span));
  const runs = offsetRuns(offsets);
  const counts = new Map<number, number>();
  for (const seconds of offsets.values()) counts.set(seconds, (counts.get(seconds) ?? 0) + 1);
  const home = [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
  // Clocks at home change by an hour for months; the span may hold the beginning or the end of them.
  const isHome = (seconds: number) =>
    seconds === home || (Math.abs(seconds - home) <= 3_600 && (
      (counts.get(seconds) ?? 0) >= CLOCK_CHANGE_DAYS ||
      seconds === runs[0]?.seconds || seconds === runs.at(-1)?.seconds
    ));
  return runs.filter(({ seconds, from, to }) =>
    !isHome(seconds) && daysBetween(from, to) + 1 <= MOVED_DAYS
  ).map(({ from, to, seconds }) => ({ from, to, offset: offsetName(seconds) }));
}

/** Tags of both kinds, by day. */
export async function tagsOf(source: Source, span: DaySpan): Promise<TagMark[]> {
  const enhanced = source.types.has("enhanced_tag")
    ? await read<
      {
        day: string;
        code: string | null;
        name: string | null;
        note: string | null;
        at: Date | null;
      }
    >(
      source,
      `SELECT t.day, ${textOf(source, "enhanced_tag", "tag_type_code")} AS code,
        ${textOf(source, "enhanced_tag", "custom_name")} AS name,
        ${textOf(source, "enhanced_tag", "comment")} AS note,
        ${instantOf(source, "enhanced_tag", "start_time")} AS at
      FROM oura.enhanced_tag t WHERE t.user_id = $1 AND t.deleted_at IS NULL
        AND t.day BETWEEN $2::date AND $3::date ORDER BY t.day, at, t.id`,
      span.from,
      span.to,
    )
    : [];
  return enhanced.map(({ day, code, name, note, at }) => ({
    day,
    tag: tagName(code, name, note),
    comment: note === "" ? null : note,
    at: at?.toISOString() ?? null,
  }));
}

/** Names of all tags the wearer ever set, the commonest first. */
export async function tagNames(source: Source): Promise<string[]> {
  if (!source.types.has("enhanced_tag")) return [];
  const rows = await read<{ code: string | null; name: string | null; note: string | null }>(
    source,
    `SELECT code, name, note FROM (
      SELECT ${textOf(source, "enhanced_tag", "tag_type_code")} AS code,
        ${textOf(source, "enhanced_tag", "custom_name")} AS name,
        CASE WHEN coalesce(${textOf(source, "enhanced_tag", "tag_type_code")}, 'custom') = 'custom'
          THEN ${textOf(source, "enhanced_tag", "comment")} END AS note
      FROM oura.enhanced_tag t WHERE t.user_id = $1 AND t.deleted_at IS NULL
    ) AS tags GROUP BY code, name, note ORDER BY count(*) DESC LIMIT ${MOST_TAG_NAMES}`,
  );
  return [...new Set(rows.map(({ code, name, note }) => tagName(code, name, note)))];
}

const MOST_TAG_NAMES = 200;

/** `tag_generic_nocaffeine` to `no caffeine`; a tag of the wearer's own by its name, else its text. */
export function tagName(code: string | null, name: string | null, note: string | null): string {
  if (name !== null && name !== "") return name;
  if (code === null || code === "custom") return note === null || note === "" ? "note" : note;
  const word = code.replace(/^tag_(generic|sleep|activity|food|mood|health)_/, "");
  return SPACED[word] ?? word.replaceAll("_", " ");
}

/** Codes that Oura was seen to write in one word. */
const SPACED: Readonly<Record<string, string>> = {
  nocaffeine: "no caffeine",
  latemeal: "late meal",
};

/** Workouts in the order of their start. */
export async function workoutsOf(source: Source, span: DaySpan): Promise<Workout[]> {
  if (!source.types.has("workout")) return [];
  const rows = await read<{
    day: string;
    activity: string | null;
    label: string | null;
    intensity: string | null;
    start: Date | null;
    end: Date | null;
    energy: number | null;
    distance: number | null;
    seconds: number | null;
  }>(
    source,
    `SELECT t.day, ${textOf(source, "workout", "activity")} AS activity,
      ${textOf(source, "workout", "label")} AS label,
      ${textOf(source, "workout", "intensity")} AS intensity,
      ${instantOf(source, "workout", "start_datetime")} AS start,
      ${instantOf(source, "workout", "end_datetime")} AS end,
      ${numberOf(source, "workout", "calories")} AS energy,
      ${numberOf(source, "workout", "distance")} AS distance,
      extract(epoch FROM t.utc_offset)::double precision AS seconds
    FROM oura.workout t WHERE t.user_id = $1 AND t.deleted_at IS NULL
      AND t.day BETWEEN $2::date AND $3::date ORDER BY start, t.id`,
    span.from,
    span.to,
  );
  return rows.map(({ start, end, seconds, activity, label, ...rest }) => ({
    ...rest,
    activity: (activity ?? "workout").replaceAll("_", " "),
    label: label?.replaceAll("_", " ") ?? null,
    start: start?.toISOString() ?? null,
    end: end?.toISOString() ?? null,
    minutes: start && end ? Math.round((end.getTime() - start.getTime()) / 60_000) : null,
    offsetSeconds: seconds,
  }));
}
