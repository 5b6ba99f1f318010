/** What changes rarely: rest mode, rings, the person. */
import { illnessNear } from "../physiology.ts";
import type { Wearer } from "../wearer.ts";
import { dateOf, HOUR } from "../zones.ts";
import { documentId, type SimDocument, syncedUntil, utcMidnight } from "../document.ts";

/** rest_mode_period: one per illness, on the day it starts; open until it ends, or for good. */
export function restModeOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const illness = illnessNear(wearer, day);
  if (illness?.from !== day) return [];
  const random = wearer.random(day, "rest mode");
  const start = wearer.instantAt(day, random.int(7, 14));
  const lastDay = day + illness.days;
  const end = wearer.instantAt(lastDay, 9);
  const untimed = random.chance(0.25);
  const noted = random.chance(0.6);
  if (syncedUntil(now) < start) return [];
  const ended = !illness.forgotten && syncedUntil(now) >= end;
  const id = documentId(wearer, "rest_mode_period", day);
  const date = wearer.date(day);
  const body = {
    id,
    end_day: ended ? wearer.date(lastDay) : null,
    end_time: ended ? wearer.iso(end, lastDay) : null,
    episodes: noted
      ? [{ tags: ["tag_generic_fever"], timestamp: wearer.iso(start + HOUR, day) }]
      : [],
    start_day: date,
    start_time: untimed ? null : wearer.iso(start, day),
  };
  return [{ key: id, day: date, anchor: untimed ? utcMidnight(day) : start, body }];
}

const HARDWARE = { gen1: "gen1", gen2: "gen2m", gen3: "gen3", gen4: "gen4", or5: "or5" } as const;

/**
 * ring_configuration: every ring ever owned, oldest first: one set up at Unix time zero, one set up at
 * an unknown time, and the current one.
 */
export function ringsOf(wearer: Wearer): SimDocument[] {
  const random = wearer.random(0, "rings");
  const since = dateOf(wearer.firstDay);
  const rings = [
    { hardware: "gen2", design: "heritage", color: "silver", at: "1970-01-01T00:00:00+00:00" },
    { hardware: "gen3", design: "horizon", color: "stealth_black", at: null },
    {
      hardware: HARDWARE[wearer.ring],
      design: wearer.ring === "gen4" || wearer.ring === "or5" ? null : "heritage",
      color: random.pick(["brushed_silver", "titanium", "deep_rose"]),
      at: `${since}T08:30:00+00:00`,
    },
  ];
  return rings.map((ring, slot) => {
    const id = documentId(wearer, "ring_configuration", 0, slot);
    const body = {
      id,
      color: ring.color,
      design: ring.design,
      firmware_version: slot === 1 ? null : `2.${slot}.${random.int(1, 40)}`,
      hardware_type: ring.hardware,
      set_up_at: ring.at,
      size: slot === 1 ? null : random.int(6, 13),
    };
    return { key: id, day: since, anchor: 0, body };
  });
}

/** personal_info: a bare object; its `id` is the user id of webhooks. */
export function personalInfoOf(wearer: Wearer): SimDocument {
  const { age, weight, height, sex } = wearer.body;
  const body = {
    id: wearer.id,
    age,
    weight,
    height,
    biological_sex: sex,
    email: `${wearer.id}@example.com`,
  };
  return { key: wearer.id, day: dateOf(wearer.firstDay), anchor: 0, body };
}
