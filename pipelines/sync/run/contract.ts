/** The `contract` of `oura.yaml`, applied to a data type whose windows have all been read. */
import type { Contract } from "../../../config/model.ts";
import { documentsIn } from "../../../lib/db/store/runs.ts";
import type { OuraSyncError } from "../../../lib/errors.ts";
import { NewFieldsError } from "../../stages/drift.ts";
import { TooManyRejectsError } from "../../errors.ts";
import type { TypeProgress } from "../outcome.ts";

/**
 * Why a data type whose windows were all loaded fails nevertheless: too many of its documents are new
 * in quarantine, or it has unknown fields where the contract forbids them. A document that was in
 * quarantine before, unchanged, is not news: it would fail every run of the look-back.
 * @param newRejects Documents that this run put into quarantine.
 * @returns Null when the contract is kept.
 */
export function breachOf(
  { dataType, counts, newFields = [] }: TypeProgress,
  newRejects: number,
  contract: Contract,
): OuraSyncError | null {
  const documents = documentsIn(counts);
  if (newRejects > 0 && newRejects / documents > contract.maxRejects) {
    return new TooManyRejectsError(dataType, newRejects, documents, contract.maxRejects);
  }
  if (newFields.length > 0 && contract.newFields === "fail") {
    return new NewFieldsError(dataType, newFields);
  }
  return null;
}
