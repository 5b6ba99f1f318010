/** The steps of a plan. Each is whole in itself: carried out in one transaction, or not at all. */
import type { DeclaredObject, ObjectName } from "../database_schema.ts";

/** What a step does. */
export type StepKind =
  | "create_table"
  | "add_column"
  | "rename_column"
  | "change_path"
  | "change_type"
  | "drop_column"
  | "add_index"
  | "drop_index"
  | "create_series"
  | "change_series"
  | "drop_series"
  | "replace_view"
  | "drop_view"
  | "refill";

/** How `declared_objects` follows a step, in the step's own transaction. */
export type Memory =
  | { readonly put: MadeObject; readonly refill: boolean }
  | { readonly move: ObjectName; readonly to: string }
  | { readonly forget: ObjectName };

/** An object as a step leaves it. */
export type MadeObject = Pick<DeclaredObject, "kind" | "table" | "name" | "definition">;

/** One change that brings the database closer to `oura.yaml`. */
export interface Step {
  readonly kind: StepKind;
  /** The data type's table. */
  readonly table: string;
  /** The column, index, series or view; the table itself where it is created. */
  readonly name: string;
  /** One line for people. */
  readonly description: string;
  /** The statements, ready to run. */
  readonly sql: readonly string[];
  /** Run after the refill: the exchange of a column whose type changes. */
  readonly swap?: readonly string[];
  /** Whether something is lost or changed that the stored documents may not bring back. */
  readonly destructive: boolean;
  /** Whether stored documents are read again for it. */
  readonly refills: boolean;
  /** Which locks are taken, and for how long. */
  readonly lock: string;
  /** The statements that undo it; null where nothing can. */
  readonly revert: readonly string[] | null;
  /** Must run outside a transaction. */
  readonly concurrent?: boolean;
  readonly remember: readonly Memory[];
}

/** A step with what it costs. */
export interface PlannedStep extends Step {
  /** Stored documents to be read again; 0 for none. */
  readonly rowsToRefill: number;
  /** For a change of type: how many stored values do not convert, and why. */
  readonly conversion?: Conversion;
}

/** Whether the stored values fit a column's new type. */
export interface Conversion {
  readonly rows: number;
  readonly unfit: number;
  /** Distinct reasons with their counts. No values. */
  readonly reasons: Readonly<Record<string, number>>;
}
