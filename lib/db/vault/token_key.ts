/** The keys that tokens are encrypted with. A key's bytes stay in here and in WebCrypto. */
import { UsageError } from "../../errors.ts";

/** One AES-256 key. */
export interface TokenKey {
  /** First 8 bytes of the SHA-256 of the key, hex: says which key, and nothing about it. */
  readonly id: string;
  readonly key: CryptoKey;
}

/** The key to encrypt with, and all keys to decrypt with. */
export interface Keyring {
  readonly current: TokenKey;
  readonly byId: ReadonlyMap<string, TokenKey>;
}

const KEY_BYTES = 32;

/** Bytes of a key. */
export type KeyBytes = Uint8Array<ArrayBuffer>;

/** A fresh random key. */
export function generateTokenKey(): KeyBytes {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}

/**
 * The keyring of the current key and, while keys are being rotated, the previous ones.
 * @throws {UsageError} When a key is not 32 bytes. The message never shows it.
 */
export async function keyringOf(current: KeyBytes, ...previous: KeyBytes[]): Promise<Keyring> {
  const keys = await Promise.all([current, ...previous].map(importKey));
  return { current: keys[0]!, byId: new Map(keys.map((key) => [key.id, key])) };
}

async function importKey(bytes: KeyBytes): Promise<TokenKey> {
  if (bytes.length !== KEY_BYTES) {
    throw new UsageError("TOKEN_KEY_INVALID", `A token key is not ${KEY_BYTES} bytes long.`, {
      hint: "A key is what `openssl rand -base64 32` prints. Replacing a key that tokens are " +
        "encrypted with means signing in again.",
    });
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id: digest.slice(0, 8).toHex(), key };
}
