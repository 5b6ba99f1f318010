/** The strict reading of what a token endpoint answers. */
import { z } from "zod";
import { redact } from "../../log/redaction.ts";
import { parseScopes } from "./scopes.ts";

/** A checked pair of tokens. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token in seconds. */
  readonly expiresIn: number;
  /** What is wrong with the lifetime in the answer; null when it is as RFC 6749 has it. */
  readonly lifetimeProblem: string | null;
  /** Granted scopes without prefix; null when the answer does not say. */
  readonly scopes: readonly string[] | null;
}

/** Either a checked pair, or what is wrong with the response, without its content. */
export type CheckedAnswer = { ok: true; tokens: TokenSet } | { ok: false; problem: string };

/** Assumed where the answer gives no usable lifetime: the shortest that Oura documents, in seconds. */
const ASSUMED_LIFETIME = 86_400;
/** Seconds above which a lifetime is nonsense: no date can hold some of them. */
const LONGEST_LIFETIME = 1e9;

/** Printable ASCII without spaces: fits an HTTP header and RFC 6749's VSCHAR. */
const token = z.string().min(1).max(8192).regex(/^[\x21-\x7e]+$/);

const answer = z.object({
  access_token: token,
  refresh_token: token,
  token_type: z.string().regex(/^bearer$/i).nullish(),
  expires_in: z.unknown().optional(),
  scope: z.unknown().optional(),
});

/**
 * Checks the body of a 200 answer. A pair is taken whole or not at all: Oura rotates both tokens, so
 * an answer without a new refresh token would end the grant at its next refresh. A lifetime that
 * cannot be used costs nothing: the old pair is spent, and a 401 shows when the new one has ended.
 */
export function checkTokenAnswer(body: string): CheckedAnswer {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { ok: false, problem: body === "" ? "an empty body" : "a body that is not JSON" };
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) {
    const fields = new Set(parsed.error.issues.map((issue) => issue.path.join(".")));
    return {
      ok: false,
      problem: fields.has("")
        ? "a body that is not a JSON object"
        : `no valid ${[...fields].join(", ")}`,
    };
  }
  const { access_token, refresh_token, expires_in, scope } = parsed.data;
  return {
    ok: true,
    tokens: {
      accessToken: access_token,
      refreshToken: refresh_token,
      ...lifetimeOf(expires_in),
      scopes: typeof scope === "string" ? parseScopes(scope) : null,
    },
  };
}

function lifetimeOf(
  value: unknown,
): Pick<TokenSet, "expiresIn" | "lifetimeProblem"> {
  if (isLifetime(value)) return { expiresIn: value, lifetimeProblem: null };
  const isScalar = typeof value === "string" || typeof value === "number";
  const seconds = isScalar ? Math.floor(Number(value)) : NaN;
  const kind = value === undefined || value === null
    ? "missing"
    : `not a whole number from 1 to ${LONGEST_LIFETIME}`;
  return {
    expiresIn: isLifetime(seconds) ? seconds : ASSUMED_LIFETIME,
    lifetimeProblem: `expires_in is ${kind}`,
  };
}

function isLifetime(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= LONGEST_LIFETIME;
}

/** What an error answer says, for people: RFC 6749 fields, or Oura's `detail` and `title`. */
export interface ErrorAnswer {
  /** The `error` code, such as `invalid_grant`; null when the response has no code. */
  readonly code: string | null;
  /** One short line; empty when the body says nothing readable. */
  readonly text: string;
}

/**
 * Reads an error body, which may be empty or HTML.
 * @param secrets Removed from the text if Oura echoes them, in any encoding.
 * @param names What may come before a secret in basic authentication.
 */
export function readErrorAnswer(
  body: string,
  secrets: readonly string[],
  names: readonly string[] = [],
): ErrorAnswer {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { code: null, text: "" };
  }
  const fields = z.record(z.string(), z.unknown()).safeParse(json);
  if (!fields.success) return { code: null, text: "" };
  const { error, error_description, detail, title } = fields.data;
  const code = typeof error === "string" && /^[a-z_]{1,64}$/.test(error) ? error : null;
  const words = [error_description, detail, title, error].find((each) => typeof each === "string");
  return { code, text: clean(typeof words === "string" ? words : "", secrets, names) };
}

function clean(text: string, secrets: readonly string[], names: readonly string[]): string {
  return redact(text, secrets, names).replace(/[^\x20-\x7e]+/g, " ").trim().slice(0, 200);
}
