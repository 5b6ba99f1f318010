/** The kinds of value an environment variable can hold that need more than a pattern. */
import { z } from "zod";
import { isHeaderToken } from "../../lib/header_token.ts";
import { urlProblem } from "../url_problem.ts";

const KEY_BYTES = 32;

/** A URL that secrets may travel to: https, or plain http to this very machine. */
export const serviceUrl = z.string().superRefine((value, context) => {
  const problem = urlProblem(value);
  if (problem !== null) context.addIssue({ code: "custom", message: problem });
});

/** Base64, or its variant for URLs, of exactly 32 bytes. */
export const tokenKey = z.string().transform((value, context) => {
  const key = decoded(value);
  if (key !== null) return key;
  const message = `must be ${KEY_BYTES} bytes in base64, as made by: openssl rand -base64 32`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** See `isHeaderToken`. */
export const headerToken = z.string().refine(
  isHeaderToken,
  "must be one line of visible ASCII characters, without spaces",
);

function decoded(value: string): Uint8Array<ArrayBuffer> | null {
  try {
    const standard = value.replaceAll("-", "+").replaceAll("_", "/");
    const key = Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
    return key.length === KEY_BYTES ? key : null;
  } catch {
    return null;
  }
}
