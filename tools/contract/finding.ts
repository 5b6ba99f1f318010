/** What the contract check finds. */

/** What differs. `lenience`: a reason to be lenient that nothing needs. */
export type FindingKind =
  | "route"
  | "parameter"
  | "envelope"
  | "schema"
  | "field"
  | "type"
  | "nullability"
  | "required"
  | "values"
  | "webhook"
  | "lenience";

/**
 * - `difference`: catalog and export disagree; the check fails.
 * - `newer`: the catalog knows an enum value the export does not. The export is older, or Oura
 *   withdrew the value; enums are plain text in the catalog, so nothing can break by it.
 * - `accepted`: the catalog is more lenient than the export, with a reason.
 */
export type Verdict = "difference" | "newer" | "accepted";

/** One thing on which the catalog and the export are not of one mind. */
export interface Finding {
  readonly verdict: Verdict;
  readonly kind: FindingKind;
  /** A data type, with the path inside its documents: `sleep.hrv.items`; or a route. */
  readonly where: string;
  readonly message: string;
}
