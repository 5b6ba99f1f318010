/** What Oura posts to a callback: an event, or an array of them. */
import { z } from "zod";
import { EXIT, OuraSyncError } from "../../errors.ts";

/** What happened to a document. Oura may add event and data types. */
export interface WebhookEvent {
  /** `create`, `update` or `delete`. */
  event_type: string;
  /** The data type, such as `daily_sleep`. */
  data_type: string;
  /** The document's id. */
  object_id: string;
  /** When it happened, with an offset. */
  event_time: string;
  /** The wearer: `personal_info.id`. */
  user_id: string;
}

/** A signed body that is no event: Oura changed its format. */
export class WebhookBodyError extends OuraSyncError {
  override readonly exitCode = EXIT.oura;

  /** @param problem What is wrong, without the body. */
  constructor(problem: string) {
    super("WEBHOOK_BODY", `a webhook call with a good signature cannot be read: ${problem}`);
  }
}

/** Ids have 36 characters; a database must be able to hold and index them. */
const LONGEST_WORD = 256;

const word = z.string().min(1).max(LONGEST_WORD).refine((text) => !text.includes("\0"));

const event = z.looseObject({
  event_type: word,
  data_type: word,
  object_id: word,
  event_time: word,
  user_id: word,
});

/**
 * Reads the events of a body. Whether Oura ever sends several in one call is unknown
 * (oura-api/facts.md §6), so a bare event and an array are both taken.
 * @throws {WebhookBodyError} When any part of the body is no event.
 */
export function parseEvents(body: Uint8Array): WebhookEvent[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new WebhookBodyError("it is not JSON");
  }
  return (Array.isArray(json) ? json : [json]).map(parseEvent);
}

function parseEvent(json: unknown): WebhookEvent {
  const parsed = event.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new WebhookBodyError(`no valid ${parsed.error.issues[0]!.path.join(".") || "object"}`);
}
