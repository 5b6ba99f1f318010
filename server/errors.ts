/** What a request is refused with: a status, a stable code and a sentence. */
import type { ErrorCode } from "../lib/error_codes/codes.ts";
import { UsageError } from "../lib/errors.ts";

/** A request that cannot be answered as asked. */
export class RequestError extends UsageError {
  /** @param status The HTTP status of the answer. */
  constructor(
    readonly status: 400 | 403 | 404 | 405 | 421 | 503,
    code: ErrorCode,
    message: string,
  ) {
    super(code, message);
  }
}

/** A parameter that does not say what it should. Never repeats the value. */
export function badParameter(name: string, should: string): RequestError {
  return new RequestError(400, "BAD_PARAMETER", `the parameter "${name}" must be ${should}`);
}
