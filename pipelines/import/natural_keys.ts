/** Which document is meant where the ids differ: the fields that identify it in the wearer's life. */
import { readMilliseconds } from "../../lib/values/timestamp_text.ts";

type Document = Readonly<Record<string, unknown>>;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  sleep: ["@bedtime_start", "type"],
  workout: ["@start_datetime", "@end_datetime", "activity"],
  session: ["@start_datetime", "@end_datetime", "type"],
  enhanced_tag: ["@start_time", "tag_type_code", "custom_name", "comment"],
  rest_mode_period: ["start_day", "@start_time"],
  vo2_max: ["day", "@timestamp"],
  sleep_time: ["day"],
};

/** The fields of a type's natural key, instants marked with `@`; null where only the id counts. */
export function naturalKeyFields(dataType: string): readonly string[] | null {
  return FIELDS[dataType] ?? (dataType.startsWith("daily_") ? ["day"] : null);
}

/** One text for every spelling of the natural key of a document. */
export function naturalKey(fields: readonly string[], document: Document): string {
  return JSON.stringify(fields.map((field) => {
    const value = document[field.replace("@", "")] ?? null;
    return field.startsWith("@") && typeof value === "string" ? readMilliseconds(value) : value;
  }));
}

/** Stored documents whose ids the archive does not have, to be matched one to one. */
export class NaturalKeys {
  readonly #ids = new Map<string, string[]>();
  readonly #taken = new Map<string, string>();
  constructor(readonly fields: readonly string[]) {}

  add(id: string, document: Document): void {
    const key = naturalKey(this.fields, document);
    this.#ids.set(key, [...this.#ids.get(key) ?? [], id]);
  }

  /**
   * The id of the stored document that a document of the archive is; each is given to one, in order.
   * The same document gets the same answer again, because a transaction may be run twice.
   * @param ownId Its id in the archive.
   */
  take(ownId: string, document: Document): string | null {
    const taken = this.#taken.get(ownId) ??
      this.#ids.get(naturalKey(this.fields, document))?.shift();
    if (taken === undefined) return null;
    this.#taken.set(ownId, taken);
    return taken;
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0;
  }
}
