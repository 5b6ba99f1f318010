import { inSchema } from "../../../lib/db/driver/identifiers.ts";
import type { LiveState } from "../database_schema.ts";
import type { Step } from "./step.ts";

/** What every part of the comparison needs. */
export interface DiffContext {
  readonly schema: string;
  readonly state: LiveState;
  readonly concurrently: boolean;
}

/** Fills in what most steps have in common, and points the statements at the schema. */
export function step(
  { schema }: DiffContext,
  given:
    & Pick<Step, "kind" | "table" | "name" | "description" | "sql" | "revert" | "lock" | "remember">
    & Partial<Step>,
): Step {
  const pointed = (sql: readonly string[]) => sql.map((statement) => inSchema(statement, schema));
  return {
    destructive: false,
    refills: false,
    ...given,
    sql: pointed(given.sql),
    revert: given.revert === null ? null : pointed(given.revert),
    ...(given.swap ? { swap: pointed(given.swap) } : {}),
  };
}

/** The lock of DDL that touches the catalog only. */
export function briefLock(table: string): string {
  return `ACCESS EXCLUSIVE on ${table} for milliseconds`;
}
