import type { Queryable } from "../../../lib/db/driver/database.ts";
import { findObject, type LiveState, type ObjectKind } from "../database_schema.ts";
import type { Step } from "../plan/step.ts";

const KINDS: Partial<Record<Step["kind"], ObjectKind>> = {
  drop_column: "column",
  drop_series: "series",
};

/**
 * Remembers columns and series that are no longer declared, but stay until `apply` is
 * allowed to drop them. No sync fills them from now on, so if they come back they are filled again.
 */
export async function markUndeclared(
  db: Queryable,
  pending: readonly Step[],
  state: LiveState,
): Promise<void> {
  const marks = pending.flatMap(({ kind, table, name }) => {
    const object = KINDS[kind] && findObject(state, KINDS[kind], table, name);
    return object?.declared ? [object] : [];
  });
  if (marks.length === 0) return;
  await db.query(
    `UPDATE oura.declared_objects AS o SET declared = false
      FROM unnest($1::text[], $2::text[], $3::text[]) AS n(kind, table_name, name)
      WHERE o.kind = n.kind AND o.table_name = n.table_name AND o.name = n.name`,
    [
      marks.map(({ kind }) => kind),
      marks.map(({ table }) => table),
      marks.map(({ name }) => name),
    ],
  );
}
