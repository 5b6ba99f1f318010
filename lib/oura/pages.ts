/** Walks a list route page by page. */
import { BadAnswerError, RequestRefusedError } from "./errors.ts";
import type { OuraHttp } from "./http/http.ts";

/** A document as Oura sent it. */
export type RawDocument = Record<string, unknown>;

/** What to ask: a route, its envelope and the query that bounds it. */
export interface PageRequest {
  /** Path of the list route. */
  endpoint: string;
  envelope: "list" | "object";
  /** `start_date`, `end_datetime` and so on; empty for routes without a range. */
  bounds: Record<string, string>;
}

/** No collection has this many pages in one window: 30 days of heart rate have about 40. */
const MOST_PAGES = 1_000;
/** Oura sends an empty page with a token now and then, never a long row of them. */
const MOST_EMPTY_PAGES = 100;

/**
 * Yields the pages of a window, oldest first, until `next_token` is null or absent; an empty page
 * with a token is not the end. Follow-up requests repeat the bounds together with the token; where Oura
 * refuses that with 422 the token is sent alone from then on.
 * @throws {BadAnswerError} When the envelope is wrong, a token repeats, or there is no end.
 */
export async function* pages(
  http: OuraHttp,
  request: PageRequest,
  signal?: AbortSignal,
): AsyncGenerator<RawDocument[]> {
  const { endpoint, bounds } = request;
  if (request.envelope === "object") {
    yield [asDocument(endpoint, await http.getJson(endpoint, bounds, signal))];
    return;
  }
  const seen = new Set<string>();
  let empty = 0;
  let token: string | null = null;
  let repeated = bounds;
  do {
    const ask = (params: Record<string, string>) => http.getJson(endpoint, params, signal);
    const answer = await ask(token === null ? bounds : { ...repeated, next_token: token }).catch(
      (error) => {
        if (token === null || !isUnprocessable(error)) throw error;
        repeated = {};
        return ask({ next_token: token });
      },
    );
    const page = readEnvelope(endpoint, answer);
    yield page.documents;
    token = page.nextToken;
    empty = page.documents.length === 0 ? empty + 1 : 0;
    if (token === null) return;
    if (seen.has(token)) throw new BadAnswerError(endpoint, "a next_token came twice");
    seen.add(token);
  } while (seen.size < MOST_PAGES && empty < MOST_EMPTY_PAGES);
  throw new BadAnswerError(endpoint, "its pages have no end");
}

function isUnprocessable(error: unknown): boolean {
  return error instanceof RequestRefusedError && error.refusal.status === 422;
}

function readEnvelope(
  endpoint: string,
  answer: unknown,
): { documents: RawDocument[]; nextToken: string | null } {
  const envelope = asDocument(endpoint, answer);
  const { data, next_token: nextToken = null } = envelope;
  if (!Array.isArray(data)) throw new BadAnswerError(endpoint, "it has no list `data`");
  if (nextToken !== null && typeof nextToken !== "string") {
    throw new BadAnswerError(endpoint, "its `next_token` is not text");
  }
  return { documents: data as RawDocument[], nextToken: nextToken || null };
}

function asDocument(endpoint: string, value: unknown): RawDocument {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadAnswerError(endpoint, "it is not a JSON object");
  }
  return value as RawDocument;
}
