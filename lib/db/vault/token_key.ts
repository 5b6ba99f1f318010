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

/** A fresh random key in the form `OURA_TOKEN_KEY` takes. */
export function generateTokenKey(): string {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toBase64();
}

/**
 * The keyring of `OURA_TOKEN_KEY` and, while keys are being rotated, `OURA_TOKEN_KEY_PREVIOUS`.
 * @throws {UsageError} When a value is not 32 bytes in base64. The message never shows the value.
 */
export async function keyringOf(current: string, ...previous: string[]): Promise<Keyring> {
  const keys = await Promise.all([current, ...previous].map(importKey));
  return { current: keys[0]!, byId: new Map(keys.map((key) => [key.id, key])) };
}

async function importKey(base64: string): Promise<TokenKey> {
  const bytes = decode(base64.trim());
  if (bytes?.length !== KEY_BYTES) {
    throw new UsageError("TOKEN_KEY_INVALID", "The token key is not 32 bytes in base64.", {
      hint: "OURA_TOKEN_KEY must be what `openssl rand -base64 32` prints. Replacing a key that " +
        "tokens are encrypted with means signing in again.",
    });
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id: digest.slice(0, 8).toHex(), key };
}

function decode(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return null;
  }
}
