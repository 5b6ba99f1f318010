/**
 * What `oura.yaml` means once it is validated. Everything downstream reads these types; nothing
 * downstream reads YAML. Days are whole calendar days, ratios are fractions of 1.
 */
import type { ColumnType } from "../lib/values/column_type.ts";
import type { WebhookEventType, WindowFamily } from "../lib/oura/catalog/data_type.ts";

/** The whole configuration. */
export interface Pipeline {
  /** Where it was read from, for messages. */
  readonly file: string;
  /** SHA-256 of the file's bytes, hex: recorded with every run. */
  readonly checksum: string;
  /** SQL schema of all tables. */
  readonly schema: string;
  readonly contract: Contract;
  readonly retention: Retention;
  /** The events that Oura announces by webhooks; null for none. */
  readonly webhooks: Webhooks | null;
  /** In the order of the file. */
  readonly types: readonly PipelineType[];
}

/** How many days bookkeeping is kept; null keeps it for ever. */
export interface Retention {
  readonly runsDays: number | null;
  readonly revisionsDays: number | null;
  readonly eventsDays: number | null;
}

/** Which events Oura sends, and where to. */
export interface Webhooks {
  /** Where `serve` is reached from outside, without a slash at the end. */
  readonly url: string;
  /** Data types that are declared, and that Oura has events of. */
  readonly types: readonly string[];
  readonly events: readonly WebhookEventType[];
}

/** What happens when the data does not look as agreed. */
export interface Contract {
  readonly newFields: "ignore" | "warn" | "fail";
  readonly badRows: "quarantine" | "fail";
  /** Share of rejected documents above which a run fails after loading the good rows: 0.01 is 1 %. */
  readonly maxRejects: number;
}

/** One data type to sync: what to ask, and the table it becomes. */
export interface PipelineType {
  readonly name: string;
  /** Table name in the schema; equal to `name`. */
  readonly table: string;
  /** True when the catalog knows the type, false when the YAML declares the endpoint. */
  readonly known: boolean;
  /** Null when only the account export holds the type: `sync` never asks for it. */
  readonly endpoint: string | null;
  readonly envelope: "list" | "object";
  readonly window: TypeWindow;
  /** Paths in the document that, with the wearer, identify it. */
  readonly key: readonly string[];
  /** Path of the wearer's local day, where the document has one. */
  readonly day: string | null;
  /** Path whose timestamp carries the wearer's UTC offset. */
  readonly offset: string | null;
  readonly scope: string | null;
  /** Whether `endpoint/{id}` answers with one document. */
  readonly singleDocument: boolean;
  /** Whether days without a document are ordinary, as with workouts. */
  readonly occasional: boolean;
  readonly keepRaw: boolean;
  /** Whether the previous document is kept when Oura changes it. Needs `keepRaw`. */
  readonly history: boolean;
  /** Declared columns, without the built-in ones. */
  readonly columns: readonly Column[];
  readonly series: readonly Series[];
  /** Whether `v_<type>` is wanted. */
  readonly view: boolean;
}

/** A data type that Oura's API serves. */
export interface ServedType extends PipelineType {
  readonly endpoint: string;
}

/** Whether Oura's API serves a data type. */
export function isServed(type: PipelineType): type is ServedType {
  return type.endpoint !== null;
}

/** Which days are asked for, and how. */
export interface TypeWindow {
  readonly by: WindowFamily;
  /** How far back the first sync goes. */
  readonly initialDays: number;
  /** How long a day is read again because Oura may still change it. */
  readonly lookbackDays: number;
  /** How long a day may still receive data: once a day these days are read again. */
  readonly lateDays: number;
  /** The longest span of one request, padding included. */
  readonly chunkDays: number;
}

/** A declared column: where its value is and what it becomes. */
export interface Column {
  readonly name: string;
  /** Field names from the outside in: `["contributors", "deep_sleep"]`. */
  readonly path: readonly string[];
  readonly type: ColumnType;
  readonly index: boolean;
  /** From the catalog, for the comment in the database. */
  readonly description: string | null;
}

/** An array or phase string that becomes a child table, one row per sample. */
export interface Series {
  /** Name of the child table. */
  readonly name: string;
  readonly path: readonly string[];
  /**
   * `samples`: Oura's `{interval, items, timestamp}`.
   * `string`: one character per step; `list`: one array item per step.
   */
  readonly shape: "samples" | "string" | "list";
  /** Seconds between samples; null where the document says so itself (`samples`). */
  readonly everySeconds: number | null;
  /** Path of the first sample's instant; null where the document says so itself (`samples`). */
  readonly start: readonly string[] | null;
  /** What each character means; null keeps the value unchanged. */
  readonly codes: Readonly<Record<string, string>> | null;
}
