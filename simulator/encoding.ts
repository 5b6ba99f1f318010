/** URL-safe base64 of a text. */
export function encodeBase64Url(text: string): string {
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The text of URL-safe base64; throws SyntaxError on anything else. */
export function decodeBase64Url(encoded: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(encoded, { alphabet: "base64url" }));
}
