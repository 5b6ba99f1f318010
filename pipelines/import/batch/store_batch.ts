/** Writes what a batch comes to. */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { addRejects, resolveRejects } from "../../../lib/db/store/rejects.ts";
import { rejectEntry } from "../../stages/reject_entry.ts";
import type { Reject, Row } from "../../stages/transform.ts";
import type { ImportContext, ImportCounts, Stages } from "../context.ts";
import type { RowBatch } from "./read_rows.ts";

/** What a batch comes to. */
export interface Found {
  /** What is to be written. */
  readonly rows: readonly Row[];
  /** All rows of the batch, the unchanged ones too. */
  readonly met: RowBatch;
  /** How many of them are stored already, by COPY. */
  readonly copied: number;
  /** Keys of those that need no writing any more. */
  readonly keys: readonly string[];
  readonly rejects: readonly Reject[];
  /** Rows that are loaded without all of their series. */
  readonly unread: readonly Reject[];
}

/** Writes rows, rejects and the roll-ups of the rows' days. */
export async function storeBatch(
  tx: Transaction,
  { userId, runId, repertoire }: ImportContext & { runId: number },
  stages: Stages,
  { rows, ...found }: Found,
  counts: ImportCounts,
): Promise<void> {
  const dataType = stages.type.name;
  const loaded = await stages.load(tx, { userId, runId }, rows);
  counts.inserted += loaded.inserted;
  counts.updated += loaded.updated;
  counts.unchanged += rows.length - loaded.inserted - loaded.updated;
  const [rejects, unread] = [found.rejects, found.unread]
    .map((each) => each.map((reject) => rejectEntry(reject, repertoire)));
  if (stages.hasRejects) {
    const keys = [...rows.map(({ key }) => key), ...found.keys];
    await resolveRejects(tx, userId, dataType, keys, unread!.map(({ document }) => document));
  }
  const target = { userId, dataType, runId };
  const quarantined = await addRejects(tx, target, rejects!);
  const series = await addRejects(tx, target, unread!);
  stages.hasRejects ||= rejects!.length + unread!.length > 0;
  counts.newRejects = quarantined.added + series.added;
  const isChanged = loaded.inserted + loaded.updated > 0;
  await stages.rollUps.afterBatch(tx, found.met, isChanged ? rows : [], found.copied);
}
