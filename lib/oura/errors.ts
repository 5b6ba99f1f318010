/** Refusals of Oura's API, as errors that the pipelines distinguish. */
import type { ErrorCode } from "../error_codes/codes.ts";
import { type HintOptions, OuraUnavailableError, PartialError, UsageError } from "../errors.ts";
import { command } from "../program_command.ts";

/** What is known of a refused or failed request: never the query, never the whole body. */
export interface Refusal {
  /** Path of the route. */
  path: string;
  /** HTTP status. */
  status: number;
  /** Oura's `x-trace-id`, to quote to its support. */
  traceId: string | null;
}

function describe(refusal: Refusal): string {
  const trace = refusal.traceId === null ? "" : ` (trace ${refusal.traceId})`;
  return `Oura answered ${refusal.status} for ${refusal.path}${trace}`;
}

/**
 * Oura refuses one request; the others may succeed. Never thrown itself: the subclasses say how Oura
 * refused.
 */
export abstract class RefusedError extends PartialError {
  constructor(code: ErrorCode, message: string, readonly refusal: Refusal, options?: HintOptions) {
    super(code, `${describe(refusal)}: ${message}`, options);
  }
}

/**
 * 401 or 403, after a refresh of the token where one was possible. On one route while others
 * answer 200 it means a missing scope; on every route an expired token (401) or no membership (403).
 * Source: https://cloud.ouraring.com/docs/error-handling and the behaviour of live accounts.
 */
export class AccessDeniedError extends RefusedError {
  constructor(refusal: Refusal) {
    super("OURA_ACCESS_DENIED", "access denied", refusal, {
      hint: refusal.status === 403
        ? "The scope was not granted, or the Oura membership has lapsed. Run " +
          `${command("doctor")} to see which.`
        : `The token is no longer valid, or lacks this scope. Run ${command("doctor")} to see ` +
          "which.",
    });
  }
}

/** 404 on a single document: it was deleted since, or never was. */
export class DocumentNotFoundError extends RefusedError {
  constructor(refusal: Refusal) {
    super("OURA_NOT_FOUND", "no such document or route", refusal);
  }
}

/** 426: the wearer's Oura app is too old for this data. Source: Oura's first documentation of API v2. */
export class AppOutdatedError extends RefusedError {
  constructor(refusal: Refusal) {
    super("OURA_APP_OUTDATED", "the wearer must update the Oura app", refusal, {
      hint: "Update the Oura app on the wearer's phone and open it once. The sign-in is valid.",
    });
  }
}

/** Oura's ways to say that a request spans too many days. */
const RANGE = /range|span|period|too (?:long|large|wide|many)|exceed|\bmax(?:imum)?\b|\bdays?\b/i;

/** 400, 422 or another 4xx: the request itself is wrong, so it is not repeated. */
export class RequestRefusedError extends RefusedError {
  /** @param detail What Oura says about it, as one short line; null when it says nothing. */
  constructor(refusal: Refusal, readonly detail: string | null = null) {
    const words = detail === null ? "the request was refused" : detail.replace(/\.$/, "");
    super("OURA_REQUEST_REFUSED", words, refusal, {
      hint: detail !== null && RANGE.test(detail)
        ? "If the range is too long for Oura, make window.chunk of this data type, or " +
          "defaults.window.chunk, smaller in oura.yaml."
        : "If the route is declared in oura.yaml, check its endpoint and window.",
    });
  }
}

/** Oura refuses the application itself at a refresh: its client secret was renewed, or its id is wrong. */
export class AppRefusedError extends UsageError {
  /** @param reason What the token endpoint answered, as a sentence. */
  constructor(reason: string) {
    super(
      "APP_REFUSED",
      `${reason} Oura does not accept the client id and secret of the app; ` +
        "the sign-in itself was not touched.",
      {
        hint: "If the secret was renewed at Oura, put the new one into OURA_CLIENT_SECRET; else " +
          "compare OURA_CLIENT_ID and OURA_CLIENT_SECRET with the app's page. No new sign-in is needed.",
      },
    );
  }
}

/** 429 for longer than our patience. */
export class RateLimitedError extends OuraUnavailableError {
  constructor(waitMs: number, patienceMs: number) {
    super(
      "OURA_RATE_LIMITED",
      `Oura limits the rate of requests for another ${Math.ceil(waitMs / 1000)} s; ` +
        `this run waits at most ${Math.round(patienceMs / 1000)} s (--patience)`,
      { hint: "Run again later. The next run continues with what is pending." },
    );
  }
}

/** An answer with status 200 that is not what the API promises: no JSON, no envelope, a loop. */
export class BadAnswerError extends OuraUnavailableError {
  constructor(path: string, problem: string, options: { cause?: unknown } = {}) {
    super("OURA_BAD_ANSWER", `Oura's answer for ${path} cannot be used: ${problem}`, {
      hint: "Usually temporary. Try again. If it persists, see https://status.ouraring.com.",
      ...options,
    });
  }
}
