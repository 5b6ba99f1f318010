/**
 * AES-256-GCM envelopes. Wearer, kind and key id are bound in as additional data, so that a sealed
 * text opens only where it was put: not in another wearer's row, not in another column.
 */
import { DatabaseError, UsageError } from "../../errors.ts";
import type { Keyring } from "./token_key.ts";

/** What a sealed text is bound to. */
export interface SealContext {
  readonly userId: string;
  readonly kind: "access_token" | "refresh_token" | "recovery";
}

/** A sealed text with what is needed to find its key again. */
export interface Sealed {
  readonly keyId: string;
  /** Format of `bytes`; {@linkcode SEAL_VERSION} is the only one so far. */
  readonly version: number;
  /** 12 bytes of nonce, the ciphertext, 16 bytes of tag. */
  readonly bytes: Uint8Array;
}

/** Format 1: nonce ‖ ciphertext ‖ tag, additional data as in `boundTo`. */
export const SEAL_VERSION = 1;

const NONCE_BYTES = 12;

/** Encrypts with the keyring's current key under a fresh random nonce. */
export async function seal(keyring: Keyring, text: string, context: SealContext): Promise<Sealed> {
  const { id, key } = keyring.current;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: boundTo(id, context) },
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
  if (sealed.version !== SEAL_VERSION) {
    throw new DatabaseError(
      "VAULT_FORMAT",
      `Tokens are stored in format ${sealed.version}; this program knows ${SEAL_VERSION}.`,
      { hint: "Use the version of oura-sync that stored them, or a newer one." },
    );
  }
  const bytes = Uint8Array.from(sealed.bytes);
  try {
    const text = await crypto.subtle.decrypt(
      {
        name: "AES-GCM",
        iv: bytes.subarray(0, NONCE_BYTES),
        additionalData: boundTo(sealed.keyId, context),
      },
      key.key,
      bytes.subarray(NONCE_BYTES),
    );
    return new TextDecoder().decode(text);
  } catch {
    throw new DatabaseError(
      "VAULT_ALTERED",
      `The stored ${context.kind.replace("_", " ")} was altered, or moved from another wearer.`,
      { hint: "Restore the table oauth_tokens from a backup, or run `auth login` again." },
    );
  }
}

function boundTo(keyId: string, { userId, kind }: SealContext): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(["oura-sync", SEAL_VERSION, keyId, userId, kind]));
}

function wrongKey(needed: string, keyring: Keyring): UsageError {
  const held = [...keyring.byId.keys()].join(", ");
  return new UsageError(
    "TOKEN_KEY_WRONG",
    `Tokens are encrypted with key ${needed}, but the key at hand is ${held}.`,
    {
      hint: "Put the right key into OURA_TOKEN_KEY (or OURA_TOKEN_KEY_PREVIOUS while rotating). " +
        "If it is lost, run `auth login` again.",
    },
  );
}
