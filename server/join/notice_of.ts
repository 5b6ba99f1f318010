/** Which page tells a participant of a failure. */
import type { ErrorCode } from "../../lib/error_codes/codes.ts";
import { DatabaseError, OuraSyncError, OuraUnavailableError } from "../../lib/errors.ts";
import type { NoticeName } from "./pages.ts";

const BY_CODE: Partial<Record<ErrorCode, NoticeName>> = {
  SIGN_IN_DENIED: "denied",
  SIGN_IN_REDIRECT: "stale",
  SIGN_IN_CODE: "late",
  SIGN_IN_NO_ACCESS: "no_membership",
  JOIN_OTHER_ACCOUNT: "other_account",
  JOIN_LINK_USED: "used",
};

/** The page of a failure; what the operator must correct is not for the participant to read. */
export function noticeOf(error: unknown): NoticeName {
  if (!(error instanceof OuraSyncError)) return "set_up";
  const known = BY_CODE[error.code];
  if (known !== undefined) return known;
  const passes = error instanceof OuraUnavailableError || error instanceof DatabaseError;
  return passes ? "unavailable" : "set_up";
}
