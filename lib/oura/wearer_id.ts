/** Whose data a token opens: the wearer's id is Oura's own. */
import { isStorableText } from "../values/pg_limits.ts";
import { personalInfo } from "./catalog/personal_info.ts";

/** The route that any token may read, regardless of its scopes (OpenAPI 1.41). */
export const PERSONAL_INFO = personalInfo.endpoint;

/** Longer than any id Oura gives; it leads every key. */
const MOST_CHARACTERS = 256;

/** What steers a terminal, or breaks the lines of a log. */
const CONTROL_CHARACTER = /\p{Cc}/u;

/** `personal_info.id`; null when the response has no id that can be stored and shown. */
export function wearerIdOf(answer: unknown): string | null {
  const id = typeof answer === "object" && answer !== null && "id" in answer ? answer.id : null;
  const fits = typeof id === "string" && id !== "" && id.length <= MOST_CHARACTERS &&
    isStorableText(id) && !CONTROL_CHARACTER.test(id);
  return fits ? id : null;
}
