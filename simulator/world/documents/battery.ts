import { NO_ROWS, type Rows, utcText } from "../rows.ts";
import { dayOf } from "../physiology.ts";
import { SETTLED_AFTER, syncedUntil } from "../document.ts";
import type { Wearer } from "../wearer.ts";
import { HOUR, MINUTE, SECOND } from "../zones.ts";

const CHARGE_EVERY = 5; // days
const CHARGE_FOR = 70 * MINUTE;

/** Battery level of a local day: a row each half hour or so, more often in the charger. */
export function batteryOfDay(wearer: Wearer, day: number, now: number): Rows {
  const life = dayOf(wearer, day);
  if (!life.worn || day < wearer.firstDay) return NO_ROWS;
  const random = wearer.random(day, "battery");
  const start = wearer.startOf(day);
  const end = wearer.startOf(day + 1);
  const late = random.chance(0.04) ? SETTLED_AFTER / 4 : 0;
  const until = Math.min(end, syncedUntil(now - late));
  const phase = (day + wearer.seed) % CHARGE_EVERY;
  const charging = phase === 0 ? wearer.instantAt(day, 8) : Infinity;
  const times: number[] = [];
  const json: string[] = [];
  const full = 98 - phase * 17;
  for (let at = start + random.int(1, 400) * SECOND; at < until;) {
    const charger = at >= charging && at < charging + CHARGE_FOR;
    const drained = full - (at - start) / HOUR * 0.7;
    const level = phase === 0 && at < charging
      ? 20 - (at - start) / HOUR * 0.7
      : charger
      ? 14 + (at - charging) / CHARGE_FOR * 85
      : drained;
    const flag = random.chance(0.1) ? null : charger;
    times.push(at);
    json.push(
      `{"timestamp":"${utcText(at)}","timestamp_unix":${at},"charging":${flag},` +
        `"in_charger":${charger},"level":${Math.max(1, Math.min(100, Math.round(level)))}}`,
    );
    at += charger ? 5 * MINUTE : random.int(1_500, 2_400) * SECOND;
  }
  return { times: Float64Array.from(times), json, key: (index) => utcText(times[index]!) };
}
