/** Spreads the wearers' syncs over the interval, each wearer always at the same point of it. */
import { createHash } from "node:crypto";

/** The first point of a wearer after `now`. Wearers are spread by a hash of their id. */
export function slotAfter(userId: string, now: Date, everyMs: number): Date {
  const hash = createHash("sha256").update(userId).digest().readUIntBE(0, 6);
  const offset = Math.floor(hash / 2 ** 48 * everyMs);
  const passed = now.getTime() - offset;
  return new Date(offset + (Math.floor(passed / everyMs) + 1) * everyMs);
}
