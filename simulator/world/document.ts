import { hashText, mix } from "./random.ts";
import type { Wearer } from "./wearer.ts";
import { DAY, HOUR, MINUTE } from "./zones.ts";

/** A document as Oura holds it at some moment. */
export interface SimDocument {
  /** The `id`; where Oura sends none, the `day`. */
  readonly key: string;
  /** Local day, as the document names it. */
  readonly day: string;
  /** The instant the date windows compare with (see `api/windows.ts`). */
  readonly anchor: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** All documents of one type whose local day is `day`, as they are at the instant `now`. */
export type DocumentsOfDay = (wearer: Wearer, day: number, now: number) => SimDocument[];

/** The midnight in UTC of a day's date: the anchor of the daily scores. */
export function utcMidnight(day: number): number {
  return day * DAY;
}

const SYNC_EVERY = 15 * MINUTE;

/** Until when the phone has handed data over: it syncs in the background every quarter of an hour. */
export function syncedUntil(now: number): number {
  return Math.floor(now / SYNC_EVERY) * SYNC_EVERY;
}

/** After this long a day's documents never change again. */
export const SETTLED_AFTER = 8 * DAY;

/** When the app is opened in the morning, which is when sleep and scores appear. */
export function appOpenedAt(wearer: Wearer, day: number, wake: number): number {
  return wake + wearer.random(day, "app").int(8, 100) * MINUTE;
}

/** When something happens to a share of documents some time later; undefined for the others. */
export function laterEvent(
  wearer: Wearer,
  day: number,
  purpose: string,
  probability: number,
  after: number,
): number | undefined {
  const random = wearer.random(day, purpose);
  return random.chance(probability) ? after + random.int(20, 70) * HOUR : undefined;
}

// Odd, so that multiplying is reversible modulo 2^32; INVERSE undoes it.
const SPREAD = 0x9e3779b1;
const INVERSE = 0x0e8b2f51;
const SLOT_BITS = 6;

/**
 * A document's id: looks like a UUID, and holds its day and slot in disguise, so that a document can
 * be found by its id without an index of all of them.
 */
export function documentId(wearer: Wearer, type: string, day: number, slot = 0): string {
  const key = mix(wearer.seed, hashText(type));
  const first = Math.imul(((day << SLOT_BITS) | slot) ^ key, SPREAD) >>> 0;
  const words = [1, 2, 3].map((n) => mix(key, first, n).toString(16).padStart(8, "0"));
  const tail = words.join("");
  const variant = "89ab"[parseInt(tail[6]!, 16) & 3];
  return `${first.toString(16).padStart(8, "0")}-${tail.slice(0, 4)}-4${tail.slice(4, 7)}-` +
    `${variant}${tail.slice(8, 11)}-${tail.slice(11, 23)}`;
}

/** The epoch day an id claims to belong to; nonsense for an id of another type or wearer. */
export function dayOfId(wearer: Wearer, type: string, id: string): number | undefined {
  if (!/^[0-9a-f]{8}-/.test(id)) return undefined;
  const key = mix(wearer.seed, hashText(type));
  return (Math.imul(parseInt(id.slice(0, 8), 16), INVERSE) ^ key) >> SLOT_BITS;
}
