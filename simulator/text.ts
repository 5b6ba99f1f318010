/** Small tools for texts. */

/** URL-safe base64 of bytes, or of a text in UTF-8. */
export function encodeBase64Url(data: string | Uint8Array): string {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The text of URL-safe base64; throws SyntaxError on anything else. */
export function decodeBase64Url(encoded: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(encoded, { alphabet: "base64url" }));
}

/** Whether a value is one of a list's. */
export function isOneOf<const T extends string>(list: readonly T[], value: unknown): value is T {
  return list.some((item) => item === value);
}
