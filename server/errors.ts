/** What a request is refused with: a status, a stable code and a sentence. */
import { OuraSyncError } from "../lib/errors.ts";

/** A request that cannot be answered as asked. */
export class RequestError extends OuraSyncError {
  override readonly exitCode: number = 2;

  /** @param status The HTTP status of the answer. */
  constructor(readonly status: 400 | 403 | 404 | 405 | 421 | 503, code: string, message: string) {
    super(code, message);
  }
}

/** A parameter that does not say what it should. Never repeats the value. */
export function badParameter(name: string, should: string): RequestError {
  return new RequestError(400, "BAD_PARAMETER", `the parameter "${name}" must be ${should}`);
}
