/** Control of faults. */
import { json } from "../api/answers.ts";
import { FAULT_KINDS, type FaultRule, type Faults } from "../faults/rules.ts";
import { isOneOf } from "../text.ts";

const TYPES: Readonly<Record<Exclude<keyof FaultRule, "kind" | "body" | "value">, string>> = {
  match: "string",
  after: "number",
  times: "number",
  probability: "number",
  effect: "boolean",
  delayMs: "number",
  status: "number",
  seconds: "number",
  field: "string",
};

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
      faults.add(ruleOf(body));
      return json(faults.inForce);
    case "POST faults/clear":
      faults.clear();
      return json([]);
    default:
      return undefined;
  }
}

function ruleOf(body: Record<string, unknown>): FaultRule {
  const { kind, body: shape, ...rest } = body;
  if (!isOneOf(FAULT_KINDS, kind)) throw new RangeError(`no such fault: ${String(kind)}`);
  for (const [name, value] of Object.entries(rest)) {
    if (name === "value") continue;
    const expected = TYPES[name as keyof typeof TYPES];
    const kindOfValue: string = typeof value;
    if (kindOfValue !== expected) throw new RangeError(`${name} of a fault must be a ${expected}`);
  }
  if (shape === undefined) return { ...rest, kind };
  if (!isOneOf(["json", "empty", "html"], shape)) throw new RangeError("no such body");
  return { ...rest, kind, body: shape };
}
