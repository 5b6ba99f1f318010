/**
 * AES-256-GCM envelopes. Wearer, kind, key id and the endpoints of a grant are bound in as additional
 * data, so that a sealed text opens only where it was put: not in another wearer's row, not in another
 * column, and not with endpoints that were changed to receive it.
 */
import { DatabaseError, UsageError } from "../../errors.ts";
import type { Keyring } from "./token_key.ts";
import { command } from "../../program_command.ts";

/** What a sealed text is bound to. */
export type SealContext =
  | { readonly userId: string; readonly kind: "recovery" }
  /** The PKCE verifier of an invitation: no wearer is known yet, so that it is bound to the link. */
  | { readonly userId: ""; readonly kind: "verifier"; readonly invitation: number }
  | ({ readonly userId: string; readonly kind: "access_token" | "refresh_token" } & Endpoints);

/** Where the tokens of a grant may be sent. */
export interface Endpoints {
  readonly tokenUrl: string;
  readonly revokeUrl: string;
}

/** A sealed text with what is needed to find its key again. */
export interface Sealed {
  readonly keyId: string;
  /** Format of `bytes`: 1 to {@linkcode SEAL_VERSION}. */
  readonly version: number;
  /** 12 bytes of nonce, the ciphertext, 16 bytes of tag. */
  readonly bytes: Uint8Array;
}

/**
 * The format that is written: nonce ‖ ciphertext ‖ tag, additional data as in `boundTo`. Format 1,
 * which did not bind the endpoints, is still read. It is part of the additional data itself, so that
 * no text of format 2 can be passed off as one of format 1.
 */
export const SEAL_VERSION = 2;

const NONCE_BYTES = 12;

/** Encrypts with the keyring's current key under a fresh random nonce. */
export async function seal(keyring: Keyring, text: string, context: SealContext): Promise<Sealed> {
  const { id, key } = keyring.current;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: boundTo(SEAL_VERSION, id, context) },
    key,
    new TextEncoder().encode(text),
  );
  const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(sealed), NONCE_BYTES);
  return { keyId: id, version: SEAL_VERSION, bytes };
}

/**
 * Decrypts what {@linkcode seal} made, with whichever key of the keyring it was made with.
 * @throws {UsageError} When the keyring lacks that key; the message names the ids.
 * @throws {DatabaseError} When the bytes were altered or belong elsewhere.
 */
export async function unseal(
  keyring: Keyring,
  sealed: Sealed,
  context: SealContext,
): Promise<string> {
  const key = keyring.byId.get(sealed.keyId);
  if (!key) throw wrongKey(sealed.keyId, keyring);
  if (sealed.version !== 1 && sealed.version !== SEAL_VERSION) {
    throw new DatabaseError(
      "VAULT_FORMAT",
      `Tokens are stored in format ${sealed.version}; this program knows 1 to ${SEAL_VERSION}.`,
      { hint: "Use the version of oura-sync that stored them, or a newer one." },
    );
  }
  const bytes = Uint8Array.from(sealed.bytes);
  try {
    const text = await crypto.subtle.decrypt(
      {
        name: "AES-GCM",
        iv: bytes.subarray(0, NONCE_BYTES),
        additionalData: boundTo(sealed.version, sealed.keyId, context),
      },
      key.key,
      bytes.subarray(NONCE_BYTES),
    );
    return new TextDecoder().decode(text);
  } catch {
    throw new DatabaseError(
      "VAULT_ALTERED",
      `The stored ${
        context.kind.replace("_", " ")
      } or its row was altered, or moved from another wearer.`,
      {
        hint: `Restore the table oauth_tokens from a backup, or run ${command("auth login")} ` +
          "again.",
      },
    );
  }
}

function boundTo(version: number, keyId: string, context: SealContext): Uint8Array<ArrayBuffer> {
  const bound = ["oura-sync", version, keyId, context.userId, context.kind];
  if (context.kind === "verifier") bound.push(context.invitation);
  else if (version !== 1 && context.kind !== "recovery") {
    bound.push(context.tokenUrl, context.revokeUrl);
  }
  return new TextEncoder().encode(JSON.stringify(bound));
}

function wrongKey(needed: string, keyring: Keyring): UsageError {
  const held = [...keyring.byId.keys()].join(", ");
  return new UsageError(
    "TOKEN_KEY_WRONG",
    `Tokens are encrypted with key ${needed}, but the key at hand is ${held}.`,
    {
      hint: "Put the right key into OURA_TOKEN_KEY (or OURA_TOKEN_KEY_PREVIOUS while rotating). " +
        `If it is lost, run ${command("auth login")} again.`,
    },
  );
}
