import type { CodeTable } from "./code_table.ts";

/** Errors that only the library raises. */
export const LIBRARY_CODES = {
  TOKEN_MISSING: {
    cause: "`OuraClient` got neither `accessToken` nor `tokens`.",
    fix: "Pass one of them.",
  },
  TOKEN_UNUSABLE: {
    cause: "The access token contains characters that HTTP headers do not allow.",
    fix: "Pass it as it was issued.",
  },
  BASE_URL: { cause: "`baseUrl` is neither `https` nor on this machine.", fix: "Correct the URL." },
  REFRESH_REFUSED: {
    cause: "Oura refuses the refresh token.",
    fix: "Let the wearer sign in again.",
  },
  REFRESH_FAILED: { cause: "The refresh had no clear outcome.", fix: "Try again." },
  DOCUMENT_INVALID: {
    cause: "A document is not an object, or lacks its key or its day.",
    fix: "Pass `onInvalid` to skip such documents.",
  },
  NO_SINGLE_DOCUMENT: {
    cause: "Oura has no single documents of this data type.",
    fix: "Read a range of days.",
  },
  ID_MISSING: { cause: "The id of a document is empty.", fix: "Pass an id." },
  WEBHOOK_BODY: {
    cause: "A webhook call with a valid signature has an unreadable body.",
    fix: "Report it.",
  },
} as const satisfies CodeTable;
