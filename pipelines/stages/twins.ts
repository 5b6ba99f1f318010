/**
 * Several documents of one key in one answer, such as the battery levels of two rings at one
 * instant. A table has one row per key, so that one of them is its row, always the same one whatever
 * the order they come in, and the others are kept in `document_revisions`.
 */
import type { Queryable } from "../../lib/db/driver/database.ts";
import KEEP_TWINS from "../../sql/queries/keep_twins.sql" with { type: "text" };
import type { Table } from "./table.ts";
import type { Row } from "./transform.ts";

/** The rows of a batch, one per key and in key order, and those that lost their place to them. */
export interface Sorted {
  /** In the order in which locks are taken. */
  readonly rows: readonly Row[];
  readonly twins: readonly Row[];
}

/**
 * Chooses the row of each key. Of documents with an id the last one sent is the present state of one
 * document. Samples have no identity but their key, and none of them is newer: the greatest text
 * wins, so that reading them again changes nothing.
 */
export function onePerKey({ timeKeyed }: Table, batch: readonly Row[]): Sorted {
  if (!timeKeyed) {
    const rows = new Map(batch.map((row) => [row.key, row]));
    return { rows: [...rows.values()].sort(byKey), twins: [] };
  }
  if (!isInOrder(batch)) return withoutTwins(batch);
  const sorted = { rows: [] as Row[], twins: [] as Row[] };
  for (let i = 0; i < batch.length;) {
    let end = i + 1;
    while (end < batch.length && batch[end]!.at === batch[i]!.at) end++;
    if (end === i + 1) sorted.rows.push(batch[i]!);
    else {
      const { rows, twins } = withoutTwins(batch.slice(i, end));
      sorted.rows.push(...rows);
      sorted.twins.push(...twins);
    }
    i = end;
  }
  return sorted;
}

/** Whether no sample is earlier than the one before: then only those of one instant need sorting. */
function isInOrder(batch: readonly Row[]): boolean {
  return batch.every(({ at }, i) => at >= (i === 0 ? -Infinity : batch[i - 1]!.at));
}

function withoutTwins(batch: readonly Row[]): Sorted {
  const rows = new Map<string, Row>();
  const twins: Row[] = [];
  for (const row of batch) {
    const other = rows.get(row.key);
    if (other === undefined) {
      rows.set(row.key, row);
      continue;
    }
    const [text, otherText] = [contentOf(row), contentOf(other)];
    if (text === otherText) continue;
    twins.push(text > otherText ? other : row);
    if (text > otherText) rows.set(row.key, row);
  }
  return { rows: [...rows.values()].sort(byKey), twins };
}

const byKey = (a: Row, b: Row) => (a.key < b.key ? -1 : 1);

/** Keeps twins, each once. A table without history keeps none: the configuration says so. */
export async function keepTwins(
  tx: Queryable,
  table: Table,
  target: { userId: string; runId: number | null },
  twins: readonly Row[],
): Promise<number> {
  if (twins.length === 0 || !table.history) return 0;
  const { rows } = await tx.query<{ added: number }>(KEEP_TWINS, [
    target.userId,
    table.name,
    target.runId,
    twins.map(({ key }) => key),
    twins.map(({ rawText }) => rawText),
  ]);
  return rows[0]!.added;
}

function contentOf({ rawText, values }: Row): string {
  return rawText ?? JSON.stringify(values);
}
