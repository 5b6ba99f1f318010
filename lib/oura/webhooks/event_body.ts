/** What Oura posts to a callback: an event, or an array of them. */
import { z } from "zod";
import { EXIT, OuraSyncError } from "../../errors.ts";
import { isStorableText } from "../../values/pg_limits.ts";

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

const word = z.string().min(1).max(LONGEST_WORD).refine(isStorableText);

const event = z.looseObject({
  event_type: word,
  data_type: word,
  object_id: word,
  event_time: word,
  user_id: word,
});

/** The events of a body. */
export interface EventBody {
  readonly events: readonly WebhookEvent[];
  /** What is wrong with the parts that are no event. */
  readonly problems: readonly WebhookBodyError[];
}

/**
 * Reads the events of a body. Whether Oura ever sends several in one call is unknown
 * (oura-api/facts.md §6), so a bare event and an array are both taken. Sent again, a part that cannot
 * be read is still the same: it must not keep out the others.
 * @throws {WebhookBodyError} When nothing in the body is an event.
 */
export function readEvents(body: Uint8Array): EventBody {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new WebhookBodyError("it is not JSON");
  }
  const events: WebhookEvent[] = [];
  const problems: WebhookBodyError[] = [];
  for (const part of Array.isArray(json) ? json : [json]) {
    const parsed = event.safeParse(part);
    if (parsed.success) events.push(parsed.data);
    else {
      const path = parsed.error.issues[0]!.path.join(".");
      problems.push(new WebhookBodyError(`no valid ${path || "object"}`));
    }
  }
  if (events.length === 0 && problems.length > 0) throw problems[0]!;
  return { events, problems };
}
