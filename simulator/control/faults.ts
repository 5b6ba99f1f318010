/** Control of faults. */
import { json } from "../api/answers.ts";
import { faultRuleOf } from "../faults/parse.ts";
import type { Faults } from "../faults/rules.ts";

/** Answers `faults…`; undefined for another route. */
export function answerFaultControl(
  faults: Faults,
  route: string,
  body: Record<string, unknown>,
): Response | undefined {
  switch (route) {
    case "GET faults":
      return json(faults.inForce);
    case "POST faults":
      faults.add(faultRuleOf(body));
      return json(faults.inForce);
    case "POST faults/clear":
      faults.clear();
      return json([]);
    default:
      return undefined;
  }
}
