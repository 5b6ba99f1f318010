/** What the catalog and Oura's export are both reduced to, so that they can be held together. */

/** The kinds of value both sides tell apart. `zoned`: a date and time with its UTC offset. */
export type Kind =
  | "text"
  | "date"
  | "datetime"
  | "zoned datetime"
  | "integer"
  | "number"
  | "boolean"
  | "object"
  | "array"
  | "unknown";

/** A value, as one side describes it. */
export interface Shape {
  readonly kind: Kind;
  readonly nullable: boolean;
  /** Whether the field must be there, be it null. */
  readonly required: boolean;
  /** Known values of an enum-like text. */
  readonly values?: readonly string[];
  /** Inner fields of an object. */
  readonly fields?: ReadonlyMap<string, Shape>;
  /** Items of an array. */
  readonly items?: Shape;
  /** The catalog's reason to be more lenient than the export. */
  readonly lenient?: string;
}

/** A shape in words: `integer, nullable, may be absent`. */
export function describe(shape: Shape): string {
  return [
    shape.kind,
    ...(shape.nullable ? ["nullable"] : []),
    ...(shape.required ? [] : ["may be absent"]),
  ].join(", ");
}

/** Where an inner field or an array's item is. */
export function within(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
