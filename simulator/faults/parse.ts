/** Fault rules as tests and people write them. */
import { isOneOf } from "../text.ts";
import { FAULT_KINDS, type FaultRule } from "./rules.ts";

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

/**
 * A rule from JSON.
 * @throws {RangeError} For an unknown kind or parameter, or one of the wrong type.
 */
export function faultRuleOf(json: Record<string, unknown>): FaultRule {
  const { kind, body: shape, ...rest } = json;
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
