/** Transforms a document of a window into its batch, and notes that the window has seen it. */
import type { Repertoire } from "../../../lib/db/driver/repertoire.ts";
import { BadRowError } from "../../errors.ts";
import { withinEncoding } from "../../stages/reject_entry.ts";
import { PackedSamples } from "../../stages/samples/packed_samples.ts";
import type { SeenDocuments } from "../../stages/tombstones.ts";
import type { Row } from "../../stages/transform.ts";
import type { NewestDay } from "../plan/delivered.ts";
import type { Batch } from "./load_batch.ts";
import type { TypeStages } from "./type_stages.ts";

/** Notes that a window takes of its documents while it is read. */
export interface Notes {
  readonly seen: SeenDocuments;
  readonly newest: NewestDay;
}

/** Samples of a series are a few digits each. */
const SAMPLE_CHARACTERS = 4;

function weightOf({ rawText, samples }: Row): number {
  const count = samples.reduce((sum, series) => sum + (series?.values.length ?? 0), 0);
  return (rawText?.length ?? 0) + count * SAMPLE_CHARACTERS;
}

/**
 * Adds a document's row, or its reject, to the batch.
 * @param repertoire Has learned the characters of the document; null where every character fits.
 * @throws {BadRowError} For a document that does not fit, where the contract says to fail.
 */
export function takeDocument(
  stages: TypeStages,
  batch: Batch,
  { seen, newest }: Notes,
  document: unknown,
  repertoire: Repertoire | null,
): void {
  const { type, transform, drift, failOnBadRow } = stages;
  const { rows } = batch;
  drift?.observe(document);
  // It packs ASCII only, which every encoding has.
  const sample = rows instanceof PackedSamples ? transform.pack?.(document, rows) : null;
  if (sample) {
    newest.addInstant(sample.at);
    seen.add(sample);
    return;
  }
  const outcome = withinEncoding(transform(document), document, repertoire);
  newest.add(document, outcome);
  if ("row" in outcome) {
    seen.add(outcome.row);
    rows.push(outcome.row);
    batch.characters += weightOf(outcome.row);
    if (!outcome.unread) return;
    if (failOnBadRow) throw new BadRowError(type.name, outcome.unread);
    batch.unread.push(outcome.unread);
  } else {
    if (failOnBadRow) throw new BadRowError(type.name, outcome.reject);
    seen.addReject(outcome.reject.key);
    batch.rejects.push(outcome.reject);
  }
}
