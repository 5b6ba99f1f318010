/** Replay of exported documents: what `export --format ndjson` wrote goes back into the tables. */
import { join } from "node:path";
import { TextLineStream } from "./text_line_stream.ts";
import { z } from "zod";
import type { PipelineType } from "../../config/model.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { addRejects } from "../../lib/db/store/rejects.ts";
import { UsageError } from "../../lib/errors.ts";
import { createLoader, type Loader } from "../stages/load.ts";
import { rejectEntry, withinEncoding } from "../stages/reject_entry.ts";
import { type Table, valueColumns } from "../stages/table.ts";
import { createTransform, type Reject, type Row, type Transform } from "../stages/transform.ts";
import { command } from "../../lib/program_command.ts";

/** What became of the documents of a data type. */
export interface FileCounts {
  readonly dataType: string;
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  /** Documents of which the table has a newer state. */
  kept: number;
}

/** Documents of one transaction. */
const DOCUMENTS = 500;

const instant = z.iso.datetime({ offset: true });
const lineSchema = z.object({
  data_type: z.string(),
  user_id: z.string(),
  updated_at: instant,
  deleted_at: instant.nullable(),
  document: z.unknown(),
});
type Line = z.output<typeof lineSchema>;

interface Target {
  readonly transform: Transform;
  readonly load: Loader;
  readonly counts: FileCounts;
}

/**
 * Loads every `.ndjson` file of a directory. Documents of data types that are not among `types` are
 * left out. A row whose document changed after the export stays; running it again writes nothing.
 * @param types Data types as the tables can take them; see `livePipeline`.
 * @param signal Ends the work between two batches; what was loaded stays.
 * @throws {UsageError} `EXPORT_FILE_INVALID`, with file and line.
 */
export async function replayFiles(
  db: Database,
  directory: string,
  types: readonly PipelineType[],
  signal?: AbortSignal,
): Promise<FileCounts[]> {
  const targets = new Map(types.map((type): [string, Target] => {
    const transform = createTransform(type);
    const counts = { inserted: 0, updated: 0, unchanged: 0, rejected: 0, kept: 0 };
    return [type.name, {
      transform,
      load: createLoader(transform.table),
      counts: { dataType: type.name, ...counts },
    }];
  }));
  for (const file of await filesOf(directory)) {
    for await (const lines of batchesOf(file)) {
      for (const [name, documents] of Map.groupBy(lines, ({ data_type }) => data_type)) {
        signal?.throwIfAborted();
        const target = targets.get(name);
        if (target) await loadAll(db, target, documents);
      }
    }
  }
  return [...targets.values()].map(({ counts }) => counts);
}

async function loadAll(db: Database, target: Target, lines: readonly Line[]): Promise<void> {
  const { counts } = target;
  for (const [userId, documents] of Map.groupBy(lines, ({ user_id }) => user_id)) {
    const batch = await retryTransaction(db, (tx) => loadBatch(tx, target, userId, documents));
    counts.inserted += batch.inserted;
    counts.updated += batch.updated;
    counts.unchanged += batch.unchanged;
    counts.rejected += batch.rejected;
    counts.kept += batch.kept;
  }
}

/** A document that fits, with the facts of its line. */
interface Fitting {
  readonly row: Row;
  readonly line: Line;
}

async function loadBatch(
  tx: Transaction,
  { transform, load }: Target,
  userId: string,
  lines: readonly Line[],
): Promise<Omit<FileCounts, "dataType">> {
  const { table } = transform;
  const repertoire = await Repertoire.of(tx);
  await repertoire?.learn(tx, JSON.stringify(lines));
  const fitting: Fitting[] = [];
  const rejects: Reject[] = [];
  for (const line of lines) {
    const outcome = withinEncoding(transform(line.document), line.document, repertoire);
    if ("reject" in outcome) rejects.push(outcome.reject);
    else {
      fitting.push({ row: outcome.row, line });
      if (outcome.unread) rejects.push(outcome.unread);
    }
  }
  const newer = await newerInTable(tx, table, userId, fitting);
  const older = fitting.filter((_, i) => !newer.has(i));
  const target = { userId, runId: null };
  const counts = await load(tx, target, older.map(({ row }) => row));
  await markDeleted(tx, table, userId, older.filter(({ line }) => line.deleted_at !== null));
  const entries = rejects.map((reject) => rejectEntry(reject, repertoire));
  await addRejects(tx, { ...target, dataType: table.name }, entries);
  return { ...counts, rejected: rejects.length, kept: newer.size };
}

/** The places of the documents whose row says that it changed after the export. */
async function newerInTable(
  tx: Transaction,
  table: Table,
  userId: string,
  documents: readonly Fitting[],
): Promise<Set<number>> {
  const { rows } = await tx.query<{ n: number }>(
    `SELECT r.n FROM ${recordset(table)}
      JOIN oura.${q(table.name)} AS t ON t.user_id = $1 AND ${sameKey(table)}
      WHERE t.updated_at > r.updated_at`,
    [userId, recordsJson(table, documents)],
  );
  return new Set(rows.map(({ n }) => n));
}

async function markDeleted(
  tx: Transaction,
  table: Table,
  userId: string,
  documents: readonly Fitting[],
): Promise<void> {
  if (documents.length === 0) return;
  await tx.query(
    `UPDATE oura.${q(table.name)} AS t SET deleted_at = r.deleted_at FROM ${recordset(table)}
      WHERE t.user_id = $1 AND ${sameKey(table)}`,
    [userId, recordsJson(table, documents)],
  );
}

function recordset(table: Table): string {
  const keys = table.key.map(({ type }, i) => `k${i} ${type}`);
  return `jsonb_to_recordset($2::text::jsonb) AS r(n int, updated_at timestamptz,
    deleted_at timestamptz, ${keys.join(", ")})`;
}

function sameKey(table: Table): string {
  return table.key.map(({ name }, i) => `t.${q(name)} = r.k${i}`).join(" AND ");
}

function recordsJson(table: Table, documents: readonly Fitting[]): string {
  const names = valueColumns(table).slice(0, table.key.length);
  return JSON.stringify(documents.map(({ row, line }, n) => ({
    n,
    updated_at: line.updated_at,
    deleted_at: line.deleted_at,
    ...Object.fromEntries(names.map((_, i) => [`k${i}`, row.values[i]])),
  })));
}

async function filesOf(directory: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (name.endsWith(".ndjson")) files.push(join(directory, name));
    }
  } catch (cause) {
    throw invalid(`${directory} cannot be read`, cause);
  }
  if (files.length === 0) throw invalid(`${directory} has no .ndjson file`);
  return files.sort();
}

async function* batchesOf(path: string): AsyncGenerator<Line[]> {
  const file = await Deno.open(path);
  const lines = file.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TextLineStream(),
  );
  let batch: Line[] = [];
  let number = 0;
  for await (const text of lines) {
    number++;
    batch.push(readLine(text, `${path}:${number}`));
    if (batch.length < DOCUMENTS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function readLine(text: string, place: string): Line {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch {
    // The cause would repeat what the line says.
    throw invalid(`${place} is no line that \`export --format ndjson\` writes`);
  }
}

function invalid(message: string, cause?: unknown): UsageError {
  return new UsageError("EXPORT_FILE_INVALID", message, {
    hint: `Name the directory that ${command("export --format ndjson --out DIR")} wrote.`,
    cause,
  });
}
