/**
 * Load: rows into their table, so that loading the same rows again writes nothing. Two ways to the
 * same end: a guarded upsert, and, for samples in a stretch of time that is still empty, COPY.
 */
import type { ColumnValue } from "../../lib/values/column_type.ts";
import type { Transaction } from "../../lib/db/driver/database.ts";
import { hasSqlState, UNIQUE_VIOLATION } from "../../lib/db/driver/errors/errors.ts";
import { copyLine } from "../../lib/db/driver/copy_text.ts";
import { copyStatement, KEY_FIELD, occupiedStatement, upsertStatement } from "./load_sql.ts";
import { createSamplesLoader } from "./series/samples_loader.ts";
import { type Table, valueColumns } from "./table.ts";
import { KEY_SEPARATOR } from "./key.ts";
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

/** Loads one batch of a table inside a transaction. */
export type Loader = (
  tx: Transaction,
  target: LoadTarget,
  rows: readonly Row[],
) => Promise<LoadCounts>;

/** Below this many rows the upsert is as fast, and needs no probe. */
const BULK_ROWS = 500;

/** How a table is loaded. */
export interface LoaderOptions {
  /** Compare the samples of unchanged documents too, as after an edit of `series`. @default false */
  allSamples?: boolean;
}

/** Builds the loader of a table. */
export function createLoader(table: Table, options: LoaderOptions = {}): Loader {
  const upsert = upsertStatement(table);
  const copy = copyStatement(table);
  const occupied = occupiedStatement(table);
  const names = valueColumns(table).map(({ name }) => name);
  const samples = createSamplesLoader(table);
  // Without the raw document nothing else tells that the samples of a document changed.
  const allSamples = (options.allSamples ?? false) || !table.keepRaw;

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

  /** Null when the stretch of time turns out not to be empty. */
  async function copyRows(tx: Transaction, target: LoadTarget, rows: readonly Row[]) {
    if (!tx.copyIn || !table.timeKeyed || rows.length < BULK_ROWS) return null;
    const [first, last] = [instantOf(rows[0]!), instantOf(rows.at(-1)!)];
    const probe = await tx.query<{ occupied: boolean }>(occupied, [target.userId, first, last]);
    if (probe.rows[0]!.occupied) return null;
    try {
      await tx.savepoint(() => tx.copyIn!(copy, copyLines(table, target.userId, rows)));
    } catch (error) {
      // Another writer filled the stretch between the probe and the COPY.
      if (hasSqlState(error, UNIQUE_VIOLATION)) return null;
      throw error;
    }
    await samples.add(tx, target.userId, rows);
    return { inserted: rows.length, updated: 0, revised: 0, unchanged: 0 };
  }

  return async (tx, target, batch) => {
    const { rows, twins } = onePerKey(table, batch);
    if (rows.length === 0) return { inserted: 0, updated: 0, unchanged: 0, revised: 0 };
    const loaded = await copyRows(tx, target, rows) ?? await upsertRows(tx, target, rows);
    loaded.revised += await keepTwins(tx, table, target, twins);
    return loaded;
  };
}

interface UpsertOutcome extends Record<string, unknown> {
  inserted: number;
  updated: number;
  revised: number;
  /** Only of tables with series. */
  new_keys?: string[] | null;
  changed_keys?: string[] | null;
}

/** The instant at the head of a time-keyed row's key. */
function instantOf(row: Row): string {
  return row.key.split(KEY_SEPARATOR, 1)[0]!;
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

/** Lines that go to the server in one piece; passing them on singly costs more than making them. */
const LINES_A_PIECE = 250;

function* copyLines(table: Table, userId: string, rows: readonly Row[]): Generator<string> {
  const isJson = valueColumns(table).map(({ type }) => type === "jsonb");
  let piece = "";
  for (const [n, row] of rows.entries()) {
    const values: ColumnValue[] = [userId];
    for (let i = 0; i < isJson.length; i++) {
      const value = row.values[i]!;
      // A JSON text or array would pass for an SQL one.
      values.push(isJson[i] && value !== null ? JSON.stringify(value) : value);
    }
    if (row.rawText !== null) values.push(row.rawText);
    piece += copyLine(values);
    if (n % LINES_A_PIECE === LINES_A_PIECE - 1) {
      yield piece;
      piece = "";
    }
  }
  if (piece !== "") yield piece;
}
