/** What an answer of Oura's API means: its JSON, a refusal, or a reason to ask again. */
import { OuraUnavailableError } from "../../errors.ts";
import { detailOf } from "./detail.ts";
import {
  AccessDeniedError,
  AppOutdatedError,
  BadAnswerError,
  DocumentNotFoundError,
  type Refusal,
  RequestRefusedError,
} from "../errors.ts";
import { parseJson } from "./json.ts";
import { pauseAskedFor, waitAskedFor } from "./retry_after.ts";

/** A failure that another attempt may get over. */
export class RetryableError extends Error {
  /** @param pauseMs How long Oura wants to be left alone first; null where it names no time. */
  constructor(readonly failure: OuraUnavailableError, readonly pauseMs: number | null = null) {
    super(failure.message);
  }
}

/** A 429: asked again when so many milliseconds have passed, without using up a retry. */
export class RateLimitSignal extends Error {
  constructor(readonly waitMs: number) {
    super("rate limited (429)");
  }
}

/** Statuses below 500 that say nothing about the request: too slow, too early. */
const RETRIED_STATUSES: readonly number[] = [408, 425];

/**
 * Reads an answer.
 * @param path Of the route, for messages.
 * @param secret Cut out of what Oura says, should it be echoed.
 * @returns The parsed body of a 200.
 * @throws {Transient} What another attempt may get over.
 * @throws {RateLimitSignal} 429.
 * @throws {AccessDeniedError} 401 and 403.
 * @throws {AppOutdatedError} 426.
 * @throws {DocumentNotFoundError} 404.
 * @throws {RequestRefusedError} Other 4xx.
 */
export function readAnswer(
  path: string,
  { status, headers }: { readonly status: number; readonly headers: Headers },
  body: string,
  secret = "",
): unknown {
  if (status === 200) {
    try {
      return parseJson(body);
    } catch (cause) {
      throw new RetryableError(
        new BadAnswerError(path, "it is not JSON, or not all of it", { cause }),
      );
    }
  }
  if (status === 429) throw new RateLimitSignal(waitAskedFor(headers, Date.now()));
  if (status >= 500 || status < 400 || RETRIED_STATUSES.includes(status)) {
    throw new RetryableError(
      new OuraUnavailableError("OURA_SERVER_ERROR", `Oura answered ${status} for ${path}`, {
        hint: "Run again later; https://status.ouraring.com shows whether Oura has a problem.",
      }),
      pauseAskedFor(headers, Date.now()),
    );
  }
  const refusal: Refusal = { path, status, traceId: headers.get("x-trace-id") };
  if (status === 401 || status === 403) throw new AccessDeniedError(refusal);
  if (status === 426) throw new AppOutdatedError(refusal);
  if (status === 404) throw new DocumentNotFoundError(refusal);
  throw new RequestRefusedError(refusal, detailOf(body, secret));
}
