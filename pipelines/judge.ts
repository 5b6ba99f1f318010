/** What the `contract` of `oura.yaml` makes of a data type whose windows have all been read. */
import type { Contract } from "../config/model.ts";
import { documentsIn } from "../lib/db/runs.ts";
import { type NewField, NewFieldsError } from "./drift.ts";
import { TooManyRejectsError } from "./errors.ts";
import type { TypeOutcome } from "./outcome.ts";

/**
 * Fails a type that rejected too much, or met fields nobody knows where those are not wanted.
 * @param outcome Of a type that ended; changed in place.
 * @param newFields What the catalog did not know.
 */
export function judge(
  outcome: TypeOutcome,
  newFields: readonly NewField[],
  contract: Contract,
): void {
  judgeRejects(outcome, contract);
  judgeNewFields(outcome, newFields, contract);
}

/** The good rows are in by now; too many bad ones still fail the type. */
function judgeRejects(outcome: TypeOutcome, contract: Contract): void {
  const documents = documentsIn(outcome.counts);
  const { rejected } = outcome.counts;
  if (outcome.state !== "done" || rejected === 0) return;
  if (rejected / documents > contract.maxRejects) {
    Object.assign(outcome, {
      state: "failed",
      error: new TooManyRejectsError(outcome.dataType, rejected, documents, contract.maxRejects),
    });
  }
}

/** Fields the catalog does not know are told of, and fail the type where that is wanted. */
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
