/** What the `contract` of `oura.yaml` makes of a data type whose windows have all been read. */
import type { Contract } from "../../config/model.ts";
import { documentsIn } from "../../lib/db/store/runs.ts";
import { type NewField, NewFieldsError } from "../stages/drift.ts";
import { TooManyRejectsError } from "../errors.ts";
import type { TypeOutcome } from "./outcome.ts";
import type { TypeStages } from "./window.ts";

/**
 * Fails a type of which too many documents are new in quarantine, or that met unknown fields where
 * the contract forbids them.
 * @param outcome Of a type that ended; changed in place.
 * @param stages What the type's windows left: its drift and its new rejects.
 */
export function judge(
  outcome: TypeOutcome,
  { drift, newRejects }: Pick<TypeStages, "drift" | "newRejects">,
  contract: Contract,
): void {
  judgeRejects(outcome, newRejects.count, contract);
  judgeNewFields(outcome, drift?.found() ?? [], contract);
  const changed = drift?.changed() ?? [];
  if (changed.length > 0) outcome.changedFields = changed;
}

/**
 * The good rows are in by now; too many bad ones still fail the type. A document that was in
 * quarantine before, unchanged, is no news: it would fail every run of the look-back.
 */
function judgeRejects(outcome: TypeOutcome, rejects: number, contract: Contract): void {
  const documents = documentsIn(outcome.counts);
  if (outcome.state !== "done" || rejects === 0) return;
  if (rejects / documents > contract.maxRejects) {
    Object.assign(outcome, {
      state: "failed",
      error: new TooManyRejectsError(outcome.dataType, rejects, documents, contract.maxRejects),
    });
  }
}

/** Fields the catalog does not know are reported, and fail the type where the contract says so. */
function judgeNewFields(
  outcome: TypeOutcome,
  fields: readonly NewField[],
  contract: Contract,
): void {
  if (fields.length === 0) return;
  outcome.newFields = fields;
  if (contract.newFields === "fail" && outcome.state === "done") {
    Object.assign(outcome, {
      state: "failed",
      error: new NewFieldsError(outcome.dataType, fields),
    });
  }
}
