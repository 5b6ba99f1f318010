/**
 * The callback address of a subscription, and the token that Oura repeats when it verifies the
 * address. Each kind of event (event type and data type) has an address of its own, and the token is
 * derived from it: nothing has to be stored, and a token is useless at any other address. Tidepool
 * does the same (oura-api/facts.md §6).
 */

/** A kind of event that an app can subscribe to. */
export interface EventKind {
  /** `create`, `update` or `delete`. */
  readonly eventType: string;
  /** The data type, such as `daily_sleep`. */
  readonly dataType: string;
}

/**
 * The address that Oura calls with events of a kind.
 * @param publicUrl Where `serve` is reached from outside, such as `https://oura.example.org`.
 */
export function callbackUrl(publicUrl: string, { eventType, dataType }: EventKind): string {
  return `${publicUrl.replace(/\/+$/, "")}/webhook/${eventType}/${dataType}`;
}

/**
 * The verification token of an address: HMAC-SHA256 in lower-case hexadecimal.
 * @param secret The client secret of the app.
 */
export async function verificationToken(address: string, secret: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  const message = encoder.encode(`oura-sync webhook verification:${address}`);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message)).toHex();
}
