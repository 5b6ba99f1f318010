/**
 * Load: rows into their table, so that loading the same rows again writes nothing. Two ways to the
 * same end: a guarded upsert, and what `samples/load_samples.ts` has for samples.
 */
import type { Transaction } from "../../lib/db/driver/database.ts";
import { type BulkLoader, type BulkOutcome, createBulkLoader } from "./samples/load_samples.ts";
import { PackedSamples } from "./samples/packed_samples.ts";
import { KEY_FIELD, upsertStatement } from "./load_sql.ts";
import { createSamplesLoader } from "./series/samples_loader.ts";
import { type Table, valueColumns } from "./table.ts";
import type { Row } from "./transform.ts";
import { keepTwins, onePerKey } from "./twins.ts";

/** What became of the rows of a batch. */
export interface LoadCounts {
  inserted: number;
  updated: number;
  unchanged: number;
  /** Documents kept in `document_revisions`: previous states, and others of the same key. */
  revised: number;
}

/** Where the rows belong. */
export interface LoadTarget {
  /** The wearer. */
  readonly userId: string;
  /** The run that loads them; null outside runs. */
  readonly runId: number | null;
}

/** The rows of a batch: samples may come packed. */
export type Rows = readonly Row[] | PackedSamples;

/** Loads one batch of a table inside a transaction. */
export type Loader = (tx: Transaction, target: LoadTarget, rows: Rows) => Promise<LoadCounts>;

/** How a table is loaded. */
export interface LoaderOptions {
  /** Compare the samples of unchanged documents too, as after an edit of `series`. @default false */
  allSamples?: boolean;
  /** The bulk loader of the table, if another part uses it too. @default One of its own */
  bulk?: BulkLoader | null;
}

/** Builds the loader of a table. */
export function createLoader(table: Table, options: LoaderOptions = {}): Loader {
  const upsert = upsertStatement(table);
  const names = valueColumns(table).map(({ name }) => name);
  const samples = createSamplesLoader(table);
  // Without the raw document nothing else tells that the samples of a document changed.
  const allSamples = (options.allSamples ?? false) || !table.keepRaw;

  const { bulk = createBulkLoader(table) } = options;

  async function upsertRows(tx: Transaction, target: LoadTarget, rows: readonly Row[]) {
    const { rows: [outcome] } = await tx.query<UpsertOutcome>(
      upsert,
      [target.userId, batchJson(names, rows), target.runId],
    );
    const { inserted, updated, revised, new_keys, changed_keys } = outcome!;
    const added = new Set(new_keys);
    const changed = new Set(changed_keys);
    await samples.add(tx, target.userId, rows.filter(({ key }) => added.has(key)));
    await samples.replace(
      tx,
      target.userId,
      rows.filter(({ key }) => changed.has(key) || (allSamples && !added.has(key))),
    );
    return { inserted, updated, revised, unchanged: rows.length - inserted - updated };
  }

  return async (tx, target, batch) => {
    const { rows, twins } = batch instanceof PackedSamples && batch.isInKeyOrder()
      ? { rows: batch, twins: [] }
      : onePerKey(table, [...batch]);
    if (rows.length === 0) return { inserted: 0, updated: 0, unchanged: 0, revised: 0 };
    const outcome = await bulk?.load(tx, target.userId, packed(table, rows)) ??
      untouched(rows);
    const left = outcome.left.flatMap(([from, to]) => rows.slice(from, to));
    const loaded = left.length === 0
      ? { inserted: 0, updated: 0, unchanged: 0, revised: 0 }
      : await upsertRows(tx, target, left);
    loaded.unchanged += outcome.unchanged;
    loaded.inserted += outcome.copied;
    loaded.revised += await keepTwins(tx, table, target, twins);
    return loaded;
  };
}

function packed(table: Table, rows: Rows): PackedSamples {
  return rows instanceof PackedSamples ? rows : PackedSamples.of(table, rows);
}

function untouched(rows: Rows): BulkOutcome {
  return { unchanged: 0, copied: 0, left: [[0, rows.length]] };
}

interface UpsertOutcome extends Record<string, unknown> {
  inserted: number;
  updated: number;
  revised: number;
  /** Only of tables with series. */
  new_keys?: string[] | null;
  changed_keys?: string[] | null;
}

/** The batch as the JSON text `jsonb_to_recordset` takes; raw documents go in as they are. */
function batchJson(names: readonly string[], rows: readonly Row[]): string {
  const fields = names.map((name) => `,${JSON.stringify(name)}:`);
  const objects = rows.map((row) => {
    let text = `{${JSON.stringify(KEY_FIELD)}:${JSON.stringify(row.key)}`;
    for (let i = 0; i < fields.length; i++) {
      const value = row.values[i]!;
      if (value !== null) text += fields[i] + JSON.stringify(value);
    }
    return row.rawText === null ? `${text}}` : `${text},"raw_data":${row.rawText}}`;
  });
  return `[${objects.join(",")}]`;
}
