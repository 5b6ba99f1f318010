/**
 * The handshake: when a subscription is made or changed, Oura asks its address to repeat a challenge,
 * and shows the token of the subscription (oura-api/facts.md §6).
 */
import type { Context } from "hono";
import {
  callbackUrl,
  type EventKind,
  verificationToken,
} from "../../lib/oura/webhooks/callback.ts";
import { isSameText } from "../same_text.ts";

/** The challenges that were seen have 36 characters. */
const LONGEST_CHALLENGE = 512;

/** What the tokens of subscriptions come from. */
export interface HandshakeOptions {
  readonly clientSecret: string;
  /** Where the receiver is reached from outside; null while only subscriptions by hand are served. */
  readonly publicUrl: string | null;
  /** The token of subscriptions made by hand; null where there are none. */
  readonly webhookToken: string | null;
}

/** How a handshake ends. */
export type HandshakeAnswer = { readonly challenge: string } | "wrong token" | "bad challenge";

/** @param kind The kind of the address; null for the address of subscriptions made by hand. */
export async function handshake(
  c: Context,
  kind: EventKind | null,
  { clientSecret, publicUrl, webhookToken }: HandshakeOptions,
): Promise<HandshakeAnswer> {
  const expected = kind === null
    ? webhookToken
    : publicUrl === null
    ? null
    : await verificationToken(callbackUrl(publicUrl, kind), clientSecret);
  const given = c.req.query("verification_token") ?? "";
  if (expected === null || expected === "" || !isSameText(given, expected)) return "wrong token";
  const challenge = c.req.query("challenge") ?? "";
  return challenge === "" || challenge.length > LONGEST_CHALLENGE ? "bad challenge" : { challenge };
}
