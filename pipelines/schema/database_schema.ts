/** What is in the database: the side of the comparison that `oura.yaml` is held against. */
import LIVE_STATE from "../../sql/queries/live_state.sql" with { type: "text" };
import type { ColumnType } from "../../lib/values/column_type.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";

/** What `apply` makes. */
export type ObjectKind = "table" | "column" | "index" | "series" | "view";

/** Which object of `declared_objects`. */
export interface ObjectName {
  readonly kind: ObjectKind;
  readonly table: string;
  readonly name: string;
}

/**
 * How far a refill has come. `since` is when it became due; `after` the key of the last refilled
 * row (null: not begun, `"end"`: every row was met once, and those written meanwhile are to be met
 * again).
 */
export interface RefillState {
  readonly since: string;
  readonly after: readonly string[] | "end" | null;
}

/** What a column was made of. */
export interface ColumnDefinition {
  readonly path: string;
  readonly type: ColumnType;
  /** The column the values are collected in while its type changes. */
  readonly retype?: { readonly to: ColumnType; readonly column: string };
}

/** Something `apply` made, as it remembers it. */
export interface DeclaredObject {
  readonly kind: ObjectKind;
  /** The data type's table; also for its series. */
  readonly table: string;
  readonly name: string;
  readonly definition: Readonly<Record<string, unknown>>;
  /** False once `oura.yaml` no longer names it while it is still there: no sync fills it then. */
  readonly declared: boolean;
  /** Null when every stored document has been through it. */
  readonly refill: RefillState | null;
}

/** A snapshot of the schema. */
export interface LiveState {
  /** By table, by column name: the type as PostgreSQL prints it. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By index name. */
  readonly indexes: ReadonlyMap<string, { readonly table: string; readonly valid: boolean }>;
  readonly views: ReadonlySet<string>;
  /** Tables that the user has partitioned. */
  readonly partitioned: ReadonlySet<string>;
  readonly objects: readonly DeclaredObject[];
}

interface StateRow extends Record<string, unknown> {
  columns: { table: string; name: string; type: string }[];
  indexes: { table: string; name: string; valid: boolean }[];
  views: string[];
  partitioned: string[];
  objects: DeclaredObject[];
}

/** Reads the snapshot with one query. */
export async function readState(db: Queryable): Promise<LiveState> {
  const { rows: [row] } = await db.query<StateRow>(LIVE_STATE, [db.schema]);
  const { columns, indexes, views, partitioned, objects } = row!;
  const tables = new Map<string, Map<string, string>>();
  for (const { table, name, type } of columns) {
    let known = tables.get(table);
    if (!known) tables.set(table, known = new Map());
    known.set(name, type);
  }
  return {
    tables,
    indexes: new Map(indexes.map(({ name, table, valid }) => [name, { table, valid }])),
    views: new Set(views),
    partitioned: new Set(partitioned),
    objects,
  };
}

/** The object `apply` made under this name; undefined where it made none. */
export function findObject(
  state: LiveState,
  kind: ObjectKind,
  table: string,
  name: string,
): DeclaredObject | undefined {
  return state.objects.find((object) =>
    object.kind === kind && object.table === table && object.name === name
  );
}

/** The definition of a column's object. */
export function columnDefinition(object: DeclaredObject): ColumnDefinition {
  return object.definition as unknown as ColumnDefinition;
}

/** PostgreSQL's name of a column type, as `format_type` prints it. */
export function printedType(type: ColumnType): string {
  return type === "timestamptz" ? "timestamp with time zone" : type;
}

/** The column type behind PostgreSQL's name; null for types the configuration does not know. */
export function parsePrintedType(
  printed: string,
  types: readonly ColumnType[],
): ColumnType | null {
  return types.find((type) => printedType(type) === printed) ?? null;
}
