/** One request, bounded in time and size, that never follows a redirect. */
import { readBody } from "../http/body.ts";

/** Bounds of one request. */
export interface RequestBounds {
  /** Until the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** The longest body that is read. */
  readonly maxBytes: number;
}

/** How a request went wrong; decides whether the other side can have acted on it. */
export type TransportFailure = "unreachable" | "timeout" | "cut" | "too_large";

/** No usable answer. The message names no URL: some of Oura's carry a token. */
export class TransportError extends Error {
  constructor(readonly failure: TransportFailure) {
    super(EXPLANATIONS[failure]);
    this.name = "TransportError";
  }
}

const EXPLANATIONS: Record<TransportFailure, string> = {
  unreachable: "no connection could be made",
  timeout: "no complete answer came in time",
  cut: "the connection broke before the answer was complete",
  too_large: "the answer was far larger than any real one",
};

const NULL_BODY = new Set([101, 103, 204, 205, 304]);

/**
 * Wraps `fetch`: the answer's body has been read in full when it resolves.
 * @throws {TransportError} On anything but a complete answer.
 */
export function boundedFetch(bounds: RequestBounds, fetcher: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), bounds.timeoutMs);
    try {
      const response = await fetcher(input, {
        ...init,
        redirect: "manual",
        signal: control.signal,
      });
      const body = await readBody(response, bounds.maxBytes);
      if (body === null) throw new TransportError("too_large");
      return new Response(NULL_BODY.has(response.status) ? null : body, {
        status: response.status,
        headers: response.headers,
      });
    } catch (error) {
      control.abort();
      if (error instanceof TransportError) throw error;
      throw new TransportError(classify(error));
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Only a failure to connect proves that nothing was sent; Deno says so in the text of the cause. */
function classify(error: unknown): TransportFailure {
  if (error instanceof DOMException && error.name === "AbortError") return "timeout";
  const cause = error instanceof TypeError ? error.cause : undefined;
  return cause instanceof Error && cause.message.includes("(Connect)") ? "unreachable" : "cut";
}
