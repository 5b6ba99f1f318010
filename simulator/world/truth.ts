/**
 * What a perfect sync must hold: every document and row as Oura has it now. Reads the generators by
 * local day and knows nothing of windows, pages or scopes, so that it can judge those who do.
 */
import { documentsOfDay, rowsOfDay } from "./arrived.ts";
import { isDaily, isSeries, STANDING, type StandingName, type TypeName } from "./collections.ts";
import type { World } from "./world.ts";
import { epochDay } from "./zones.ts";

/** A document or row that exists at some moment. */
export interface TruthDocument {
  /** `id`, or `day` where Oura sends no id; rows: the instant, heart rate with `|source`. */
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Which documents, and as of when. */
export interface TruthQuery {
  readonly user: string;
  readonly type: TypeName;
  /** First and last local day, both included; all collections without days ignore them. */
  readonly from: string;
  readonly to: string;
  /** In milliseconds; the world's present by default. */
  readonly at?: number;
}

/** The documents of a wearer's local days, as they are at a moment. */
export function* truth(world: World, query: TruthQuery): Generator<TruthDocument> {
  const wearer = world.wearer(query.user);
  const { type } = query;
  const now = query.at ?? world.now;
  const from = Math.max(epochDay(query.from), wearer.firstDay);
  const to = Math.min(epochDay(query.to), wearer.dayAt(now) + 1);
  if (isDaily(type)) {
    for (let day = from; day <= to; day++) yield* documentsOfDay(type, wearer, day, now);
  } else if (isSeries(type)) {
    for (let day = from; day <= to; day++) {
      const rows = rowsOfDay(type, wearer, day, now);
      for (let index = 0; index < rows.json.length; index++) {
        yield { key: rows.key(index), body: JSON.parse(rows.json[index]!) };
      }
    }
  } else {
    yield* STANDING[type as StandingName](wearer);
  }
}

/** What happened to a type's documents between two moments, by key. */
export interface Changes {
  readonly created: readonly string[];
  readonly revised: readonly string[];
  readonly disappeared: readonly string[];
}

/** Compares the truth at `since` with that at `query.at`: late arrivals count as created. */
export function changes(world: World, query: TruthQuery, since: number): Changes {
  const before = new Map<string, string>();
  for (const document of truth(world, { ...query, at: since })) {
    before.set(document.key, JSON.stringify(document.body));
  }
  const created: string[] = [];
  const revised: string[] = [];
  for (const document of truth(world, query)) {
    const old = before.get(document.key);
    if (old === undefined) created.push(document.key);
    else if (old !== JSON.stringify(document.body)) revised.push(document.key);
    before.delete(document.key);
  }
  return { created, revised, disappeared: [...before.keys()] };
}
