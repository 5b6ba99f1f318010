/**
 * How JavaScript values travel to PostgreSQL and back. Both adapters exchange text with the server
 * and convert here, so that a query yields the same values from a server and from PGlite.
 */
import { parse as readArray } from "postgres-array";
import { type ArrayItems, writeArray } from "./array_literal.ts";
import { isoInterval } from "./interval.ts";

/** A parameter on the wire; null is SQL's NULL. */
export type EncodedParameter = string | null;

/**
 * Writes a parameter as the text PostgreSQL reads. An array becomes an SQL array, any other object
 * JSON: to send a JSON array, pass `JSON.stringify(array)`.
 */
export function encodeParameter(value: unknown): EncodedParameter {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    case "object":
      if (value instanceof Date) return value.toISOString();
      if (value instanceof Uint8Array) return `\\x${value.toHex()}`;
      if (Array.isArray(value)) return writeArray(encodeItems(value));
      return JSON.stringify(value);
    default:
      throw new TypeError(`a ${typeof value} cannot be an SQL parameter`);
  }
}

function encodeItems(items: readonly unknown[]): ArrayItems<string> {
  return items.map((item) => Array.isArray(item) ? encodeItems(item) : encodeParameter(item));
}

type Decoder = (text: string) => unknown;

const INT8 = 20;
const scalars: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [16, (text) => text === "t"], // bool
  [17, (text) => Uint8Array.fromHex(text.slice(2))], // bytea
  [INT8, decodeBigint],
  [21, Number], // int2
  [23, Number], // int4
  [26, Number], // oid
  [114, (text) => JSON.parse(text)], // json
  [700, Number], // float4
  [701, Number], // float8
  [1184, decodeTimestamp], // timestamptz
  [1186, isoInterval], // interval
  [3802, (text) => JSON.parse(text)], // jsonb
]);

const asText: Decoder = (text) => text;

/** Array types by the type of their items; the oids are fixed in PostgreSQL's catalog. */
const arrays: ReadonlyMap<number, Decoder> = new Map(
  ([
    [1000, 16],
    [1001, 17],
    [1002, 18], // "char"
    [1003, 19], // name
    [1016, INT8],
    [1005, 21],
    [1007, 23],
    [1009, 25], // text
    [1028, 26],
    [199, 114],
    [1021, 700],
    [1022, 701],
    [1015, 1043], // varchar
    [1182, 1082], // date
    [1115, 1114], // timestamp
    [1185, 1184],
    [1187, 1186],
    [1231, 1700], // numeric
    [2951, 2950], // uuid
    [3807, 3802],
  ] as const).map(([array, item]) => {
    const decodeItem = scalars.get(item) ?? asText;
    return [array, (text: string) => readArray(text, decodeItem)];
  }),
);

/** The types that become something else than text. */
export const DECODED_OIDS: readonly number[] = [...scalars.keys(), ...arrays.keys()];

/** The function that reads the text form of a type; types not named above stay text. */
export function decoderOf(oid: number): Decoder {
  return scalars.get(oid) ?? arrays.get(oid) ?? asText;
}

function decodeBigint(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

const TIMESTAMP = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(.+?)( BC)?$/;

/** Infinity and years before Christ, which Oura never sends, stay text. */
function decodeTimestamp(text: string): Date | string {
  const match = TIMESTAMP.exec(text);
  if (!match || match[10]) return text;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  const [hours, minutes = 0, seconds = 0] = match[9]!.split(":").map(Number);
  const offset = (hours! * 3600 + minutes * 60 + seconds) * (match[8] === "-" ? -1000 : 1000);
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day);
  date.setUTCHours(hour!, minute, second, milliseconds);
  return new Date(date.getTime() - offset);
}
