/** What the windows of a data type share in a run. */
import type { ServedType } from "../../../config/model.ts";
import type { CompiledType } from "../../stages/compiled.ts";
import type { DriftWatch } from "../../stages/drift.ts";

import type { Batches } from "./load_batch.ts";

/** A data type in one run: its compiled stages, and what its windows share. */
export interface TypeStages extends CompiledType {
  readonly type: ServedType;
  /** Whether the quarantine held documents of this type when the run began. */
  readonly hasOpenRejects: boolean;
  readonly batches: Batches;
  readonly failOnBadRow: boolean;
  /** Compares documents with the catalog; null where the configuration says to ignore it. */
  readonly drift: DriftWatch | null;
  /** Documents that this run put into quarantine and that were not there before. */
  readonly newRejects: { count: number };
}
