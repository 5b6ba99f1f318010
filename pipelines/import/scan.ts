/**
 * The first of two readings of an archive: checks all of it before anything is written, and finds
 * when it was exported, which documents it has, and how long it is.
 */
import type { PipelineType } from "../../config/model.ts";
import type { Archive, Member } from "./files.ts";
import { isStorableText } from "../../lib/values/pg_limits.ts";
import { readMilliseconds } from "../../lib/values/timestamp_text.ts";
import { mayLackId } from "../stages/key.ts";
import { type CsvFile, readCsv } from "./file/csv.ts";

/** A file that is not loaded, and why. */
export interface IgnoredFile {
  readonly path: string;
  readonly reason: "sensitive" | "never" | "unknown" | "link" | "unknown header" | "not asked for";
  /** What it holds; null where that is not known. */
  readonly dataType: string | null;
  /** Rows of a CSV that is not understood; null where the file was not opened. */
  readonly rows: number | null;
}

/** What an archive holds of one data type. */
export interface ScannedType {
  readonly type: PipelineType;
  readonly files: Member[];
  rows: number;
  /** Ids of documents; empty for samples, which have none. */
  readonly ids: Set<string>;
  /** Days of documents. */
  readonly days: Set<string>;
}

/** What an archive holds. */
export interface Scan {
  readonly types: readonly ScannedType[];
  readonly ignored: readonly IgnoredFile[];
  /** The newest instant of the time series: a little before the export. Null where it has none. */
  readonly exportedAt: Date | null;
}

/** Series that go on until the moment of the export. */
const CLOCKS: ReadonlySet<string> = new Set([
  "heart_rate",
  "ring_battery_level",
  "skin_temperature",
]);

/** How much the clocks of a ring and of this machine may differ. */
const CLOCK_DIFFERENCE_MS = 3_600_000;

/**
 * Reads an archive.
 * @param types The data types that may be loaded.
 * @throws {ArchiveError} When a member is damaged.
 */
export async function scanArchive(
  archive: Archive,
  types: readonly PipelineType[],
  signal?: AbortSignal,
): Promise<Scan> {
  const found = new Map<string, ScannedType>();
  const ignored: IgnoredFile[] = [];
  let newest = -Infinity;
  const latest = Date.now() + CLOCK_DIFFERENCE_MS;
  for (const member of archive.members) {
    signal?.throwIfAborted();
    const { path, verdict } = member;
    const type = verdict.kind === "load"
      ? types.find(({ name, known }) => name === verdict.dataType && known)
      : undefined;
    if (verdict.kind !== "load") {
      const rows = verdict.kind === "unknown" && verdict.isTable
        ? await countRows(await readCsv(member.open()))
        : null;
      ignored.push({ path, reason: verdict.kind, dataType: null, rows });
    } else if (type === undefined) {
      const reason = verdict.sensitive ? "sensitive" : "not asked for";
      ignored.push({ path, reason, dataType: verdict.dataType, rows: null });
    } else {
      const scanned = found.get(type.name) ??
        { type, files: [], rows: 0, ids: new Set<string>(), days: new Set<string>() };
      const file = await readCsv(member.open());
      if (file.header.length > 0 && !isUnderstood(type, file.header)) {
        const rows = await countRows(file);
        ignored.push({ path, reason: "unknown header", dataType: type.name, rows });
        continue;
      }
      found.set(type.name, scanned);
      scanned.files.push(member);
      newest = Math.max(newest, await scanFile(file, scanned, latest));
    }
  }
  return {
    types: types.flatMap(({ name }) => found.get(name) ?? []),
    ignored,
    exportedAt: newest === -Infinity ? null : new Date(newest),
  };
}

/**
 * @param latest A sample after it has a wrong time, which would make the archive newer than it is.
 * @returns The newest instant of a series that tells the time; else minus infinity.
 */
async function scanFile(
  { header, rows }: CsvFile,
  scanned: ScannedType,
  latest: number,
): Promise<number> {
  const { type } = scanned;
  const isClock = CLOCKS.has(type.name);
  const [id, day, timestamp] = ["id", type.day, "timestamp"].map((name) =>
    header.indexOf(name ?? "")
  );
  let newest = -Infinity;
  for await (const block of rows) {
    scanned.rows += block.length;
    for (const { cells } of block) {
      if (isClock) {
        const instant = readMilliseconds(cells[timestamp!] ?? "");
        if (instant > newest && instant <= latest) newest = instant;
      } else if (cells.length === header.length) {
        if (id! >= 0 && isStorableText(cells[id!]!)) scanned.ids.add(cells[id!]!);
        if (day! >= 0) scanned.days.add(cells[day!]!);
      }
    }
  }
  return newest;
}

/** Whether the rows of a file can have a key, and every field one column. */
function isUnderstood(type: PipelineType, header: readonly string[]): boolean {
  const names = header.filter((name) => name !== "");
  return new Set(names).size === names.length && namesKey(type, header);
}

function namesKey(type: PipelineType, header: readonly string[]): boolean {
  return type.key.every((name) => header.includes(name)) ||
    (mayLackId(type) && header.includes(type.day ?? ""));
}

async function countRows({ rows }: CsvFile): Promise<number> {
  let count = 0;
  for await (const block of rows) count += block.length;
  return count;
}
