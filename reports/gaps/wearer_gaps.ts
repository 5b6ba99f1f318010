/** The gaps of the wearer that the page shows: the answer of `gaps`, quickly. */
import { type DaySpan, utcDay } from "../../lib/values/days.ts";
import { grantOf } from "../known_wearers.ts";
import type { Source } from "../metrics/source.ts";
import { findGaps, type Gap } from "./find_gaps.ts";

/**
 * Reads the gaps of a span, with the days on which nothing occasional happened.
 * @param types Names of data types; all of the pipeline when left out.
 */
export async function wearerGaps(
  { db, userId, pipeline, now }: Source,
  { from, to }: DaySpan,
  types?: readonly string[],
): Promise<Gap[]> {
  const grant = await grantOf(db, userId);
  return await findGaps(db, {
    pipeline,
    userId,
    scopes: grant?.scopes ? new Set(grant.scopes) : null,
    portal: grant?.portal ?? null,
    from,
    to,
    today: utcDay(now),
    // Millions of samples are counted by the next sync, which reads again what is gone.
    thorough: false,
    all: true,
    ...(types ? { types } : {}),
  });
}
