/** What a wearer does and notes: workouts, sessions, tags. */
import { dayOf } from "../physiology.ts";
import { round } from "../random.ts";
import { eveningOf } from "../story.ts";
import type { Wearer } from "../wearer.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../zones.ts";
import { documentId, laterEvent, type SimDocument, syncedUntil } from "../document.ts";

const KCAL_PER_HOUR = { easy: 260, moderate: 520, hard: 760 } as const;
const METERS_PER_HOUR = { running: 10_200, cycling: 24_000, walking: 5_200, swimming: 2_400 };

/** workout: detected first, confirmed by the wearer later; label null, absent or set. */
export function workoutsOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const life = dayOf(wearer, day);
  if (!life.worn || day < wearer.firstDay) return [];
  const date = wearer.date(day);
  return life.trainings.flatMap((training, slot) => {
    const random = wearer.random(day, `workout ${slot}`);
    const source = random.pick(
      ["autodetected", "autodetected", "manual", "workout_heart_rate", "live_oura_heart_rate"],
    );
    const labelled = random.int(0, 2);
    if (syncedUntil(now) < training.end + 15 * MINUTE) return [];
    const confirmed = laterEvent(wearer, day, `confirm ${slot}`, 0.3, training.end);
    const isConfirmed = source === "autodetected" && confirmed !== undefined && now >= confirmed;
    const hours = (training.end - training.start) / HOUR;
    const speed = METERS_PER_HOUR[training.activity as keyof typeof METERS_PER_HOUR];
    const id = documentId(wearer, "workout", day, slot);
    const body = {
      id,
      activity: training.activity,
      calories: round(hours * KCAL_PER_HOUR[training.intensity] * wearer.body.weight / 70, 3),
      day: date,
      distance: speed === undefined ? null : round(speed * hours, 1),
      end_datetime: wearer.iso(training.end, day),
      intensity: training.intensity,
      ...(labelled === 0 ? {} : { label: labelled === 1 ? null : `${training.activity} group` }),
      source: isConfirmed ? "confirmed" : source,
      start_datetime: wearer.iso(training.start, day),
    };
    return [{ key: id, day: date, anchor: training.start, body }];
  });
}

/** session: a few guided moments a week, some with samples, some with a mood. */
export function sessionsOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const random = wearer.random(day, "session");
  const life = dayOf(wearer, day);
  if (!random.chance(0.4) || !life.worn || day < wearer.firstDay) return [];
  const start = toSecond(wearer.instantAt(day, random.between(7.5, 21.8)));
  const minutes = random.int(3, 20);
  const end = start + minutes * MINUTE;
  if (syncedUntil(now) < end + 15 * MINUTE) return [];
  const at = wearer.iso(start, day);
  const measured = random.chance(0.6);
  const series = (base: number, spread: number) =>
    measured
      ? {
        interval: 5,
        items: Array.from(
          { length: minutes * 12 },
          (_, index) => index % 23 === 7 ? null : round(base + random.bell() * spread, 1),
        ),
        timestamp: at,
      }
      : null;
  const date = wearer.date(day);
  const id = documentId(wearer, "session", day);
  const body = {
    id,
    day: date,
    end_datetime: wearer.iso(end, day),
    heart_rate: series(life.restingHeartRate + 8, 3),
    heart_rate_variability: series(life.hrv, 8),
    mood: random.chance(0.5) ? random.pick(["bad", "same", "good", "great"]) : null,
    motion_count: series(1, 0.3),
    start_datetime: at,
    type: random.pick(["breathing", "meditation", "relaxation", "rest", "body_status"]),
  };
  return [{ key: id, day: date, anchor: start, body }];
}

/** tag (deprecated): notes; some of their timestamps carry no offset. */
export function tagsOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const random = wearer.random(day, "tag");
  if (!random.chance(0.25) || day < wearer.firstDay) return [];
  const at = toSecond(wearer.instantAt(day, random.between(8, 22)));
  if (syncedUntil(now) < at + 15 * MINUTE) return [];
  const withoutOffset = random.chance(0.1);
  const text = wearer.iso(at, day);
  const date = wearer.date(day);
  const id = documentId(wearer, "tag", day);
  const body = {
    id,
    day: date,
    text: random.pick(["late dinner", "long flight", null, "", "felt great"]),
    timestamp: withoutOffset ? text.slice(0, 19) : text,
    tags: random.pick([[], ["tag_generic_nocaffeine"], ["tag_sleep_latemeal", "tag_generic_work"]]),
  };
  return [{ key: id, day: date, anchor: at, body }];
}

/**
 * enhanced_tag: up to three a day; text only (code null), custom with a name, or with a duration, some
 * of which are still open. One in ten is deleted by the wearer the day after.
 */
export function enhancedTagsOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  if (day < wearer.firstDay) return [];
  const random = wearer.random(day, "enhanced tag");
  const date = wearer.date(day);
  if (wearer.story.habits === true) return eveningTags(wearer, day, now);
  const documents: SimDocument[] = [];
  for (let slot = 0, count = random.int(0, 3); slot < count; slot++) {
    const at = toSecond(wearer.instantAt(day, random.between(7, 23)));
    const lasts = random.chance(0.25) ? random.int(20, 240) * MINUTE : 0;
    const kind = random.pick(["tag_generic_nocaffeine", "tag_sleep_latemeal", "custom", null]);
    const comment = random.pick([null, "", "two glasses of wine"]);
    const deleted = random.chance(0.1) && now >= at + DAY;
    if (deleted || syncedUntil(now) < at + 15 * MINUTE) continue;
    const ended = lasts > 0 && syncedUntil(now) >= at + lasts;
    const id = documentId(wearer, "enhanced_tag", day, slot);
    const body = {
      id,
      tag_type_code: kind,
      start_time: wearer.iso(at, day),
      end_time: ended ? wearer.iso(at + lasts, day) : null,
      start_day: date,
      end_day: ended ? wearer.date(wearer.dayAt(at + lasts)) : null,
      comment: kind === null ? "slept with the window open" : comment,
      custom_name: kind === "custom" ? "sauna" : null,
    };
    documents.push({ key: id, day: date, anchor: at, body });
  }
  return documents;
}

/** The tags of a wearer with habits: what the evening was, noted when it happened. */
function eveningTags(wearer: Wearer, day: number, now: number): SimDocument[] {
  const { alcohol, sauna, lateMeal } = eveningOf(wearer, day);
  const notes = [
    {
      noted: alcohol,
      code: "tag_generic_alcohol",
      name: null,
      hour: 20,
      comment: "two glasses of wine",
    },
    { noted: sauna, code: "custom", name: "sauna", hour: 18.5, comment: null },
    { noted: lateMeal, code: "tag_sleep_latemeal", name: null, hour: 21.5, comment: "" },
  ];
  const random = wearer.random(day, "evening tags");
  return notes.flatMap(({ noted, code, name, hour, comment }, slot) => {
    const at = toSecond(wearer.instantAt(day, hour + random.next()));
    if (!noted || syncedUntil(now) < at + 15 * MINUTE || !dayOf(wearer, day).worn) return [];
    const date = wearer.date(day);
    const id = documentId(wearer, "enhanced_tag", day, slot);
    const body = {
      id,
      tag_type_code: code,
      start_time: wearer.iso(at, day),
      end_time: null,
      start_day: date,
      end_day: null,
      comment,
      custom_name: name,
    };
    return [{ key: id, day: date, anchor: at, body }];
  });
}

function toSecond(instant: number): number {
  return Math.floor(instant / SECOND) * SECOND;
}
