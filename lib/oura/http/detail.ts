/** What Oura itself says about a request it refuses, as one short line. */
import { z } from "zod";

/** Characters of the line; a person reads one, and a log keeps it. */
const MOST_CHARACTERS = 200;
/** How many complaints of a validation error are shown; the rest is similar. */
const MOST_COMPLAINTS = 3;

/** `input` and `ctx` of a complaint repeat what was sent and are not read. Source: OpenAPI 1.41. */
const complaint = z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string() });
const errorBody = z.object({
  detail: z.union([z.string(), z.array(complaint)]).optional(),
  title: z.string().optional(),
});

/**
 * Oura's `detail` (400: a text; 422: a list of complaints), else its `title`.
 * @param body Of the answer, which may be empty or HTML.
 * @param secret Cut out, should it be echoed.
 * @returns Null when the body says nothing readable.
 */
export function detailOf(body: string, secret = ""): string | null {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = errorBody.safeParse(json);
  if (!parsed.success) return null;
  const { detail, title = "" } = parsed.data;
  const text = Array.isArray(detail)
    ? detail.slice(0, MOST_COMPLAINTS).map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ")
    : detail ?? title;
  return oneLine(secret === "" ? text : text.replaceAll(secret, "[hidden]"));
}

/** Without what could steer a terminal, or make the line look like several. */
function oneLine(text: string): string | null {
  const plain = text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
  const characters = [...plain];
  if (characters.length === 0) return null;
  return characters.length <= MOST_CHARACTERS
    ? plain
    : `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…`;
}
