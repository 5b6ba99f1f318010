/** Prints the findings of a contract check. */
import type { Finding, Verdict } from "./finding.ts";

/**
 * The report: differences first, then what the catalog knows beyond this export, then (`verbose`)
 * where it is more lenient and why, and a line of counts.
 */
export function report(findings: readonly Finding[], dataTypes: number, verbose: boolean): string {
  const of = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict);
  const [differences, newer, accepted] = [of("difference"), of("newer"), of("accepted")];
  return [
    ...section("Differences:", differences),
    ...section("Known to the catalog, not in this export (older export, or withdrawn):", newer),
    ...(verbose ? section("More lenient than the export, with a reason:", accepted) : []),
    `${dataTypes} data types: ${count(differences.length, "difference")}, ` +
    `${newer.length} newer than the export, ${accepted.length} lenient with a reason`,
    "",
  ].join("\n");
}

function section(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return [title, ...findings.map((f) => `  ${f.where}  ${f.kind}: ${f.message}`), ""];
}

function count(n: number, noun: string): string {
  return `${n === 0 ? "no" : n} ${noun}${n === 1 ? "" : "s"}`;
}
