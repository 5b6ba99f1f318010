/** The names and types of the client's methods, made from the catalog: two for each data type. */
import type { DataTypeName, DocumentOf } from "../catalog/index.ts";

/** Data types asked for by instants. */
export type TimeSeriesName = "heart_rate" | "ring_battery_level";
/** Data types that know no range: all of it comes every time. */
export type WholeName = "personal_info" | "ring_configuration";
/** Data types whose documents can be read one by one, with `getDocument`. */
export type SingleDocumentName = Exclude<DataTypeName, TimeSeriesName | "personal_info">;

/** A point in time: a `Date`, ISO 8601 text (UTC where it names no offset), or a UTC day. */
export type Instant = Date | string;

/** What every method takes last. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * What a method takes.
 * - most data types: two of the wearer's local days, `YYYY-MM-DD`, both included
 * - {@linkcode TimeSeriesName}: two instants, both included
 * - {@linkcode WholeName}: nothing
 */
export type MethodArguments<Name extends DataTypeName> = Name extends WholeName
  ? [options?: CallOptions]
  : Name extends TimeSeriesName ? [start: Instant, end: Instant, options?: CallOptions]
  : [start: string, end: string, options?: CallOptions];

/** What a `get` method resolves with. */
export type GetResult<Name extends DataTypeName> = Name extends "personal_info" ? DocumentOf<Name>
  : DocumentOf<Name>[];

/** `daily_sleep` as `DailySleep`. */
export type PascalCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Capitalize<Head>}${PascalCase<Tail>}`
  : Capitalize<Name>;

/** `getDailySleep(start, end)` and its eighteen sisters: all documents at once, oldest first. */
export type GetMethods = {
  [Name in DataTypeName as `get${PascalCase<Name>}`]: (
    ...args: MethodArguments<Name>
  ) => Promise<GetResult<Name>>;
};

/** `dailySleep(start, end)` and its eighteen sisters: page by page, as they come. */
export type PageMethods = {
  [Name in DataTypeName as Uncapitalize<PascalCase<Name>>]: (
    ...args: MethodArguments<Name>
  ) => AsyncIterable<DocumentOf<Name>[]>;
};

/** The names of a data type's two methods: `getHeartRate` and `heartRate` for `heart_rate`. */
export function methodNames(name: DataTypeName): { get: string; pages: string } {
  const pages = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { get: `get${pages[0]!.toUpperCase()}${pages.slice(1)}`, pages };
}
