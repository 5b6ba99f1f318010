/** A new key for the stored tokens. */
import type { Database } from "../db/driver/database.ts";
import type { Vault } from "../db/vault/grant.ts";
import { listGrants } from "../db/vault/grants.ts";
import { rotateKeyFile } from "../db/vault/key_file.ts";
import { reencryptGrants } from "../db/vault/reencrypt.ts";
import type { Keyring } from "../db/vault/token_key.ts";
import { UsageError } from "../errors.ts";
import { adoptStoredPair } from "./recovery.ts";
import { keyFilePath, openKeyring, recoveryFilesOf, type SignInSettings } from "./open_wearer.ts";

/** What a rotation did. */
export interface KeyRotation {
  /** How many wearers' tokens were moved to the new key. */
  readonly moved: number;
  /** Whether the previous key is still set in the environment, where it is no longer needed. */
  readonly previousKeyInEnvironment: boolean;
}

/**
 * Moves all tokens to a new key. A key file is replaced by itself. A key from the environment is the
 * person's: the new one goes into `OURA_TOKEN_KEY`, the old one into `OURA_TOKEN_KEY_PREVIOUS`.
 * @throws {UsageError} When the environment has no previous key to move from.
 * @throws {BusyError} While a refresh is under way.
 */
export async function rotateKey(settings: SignInSettings, db: Database): Promise<KeyRotation> {
  const reencrypt = async (keyring: Keyring): Promise<number> => {
    const vault: Vault = { db, keyring };
    await adoptAllKept(settings, vault);
    return await reencryptGrants(vault);
  };
  if (settings.tokenKey === null && settings.connection.kind === "embedded") {
    const moved = await rotateKeyFile(keyFilePath(settings), reencrypt);
    return { moved, previousKeyInEnvironment: false };
  }
  const keyring = await openKeyring(settings);
  if (settings.tokenKeyPrevious === null) {
    throw new UsageError("TOKEN_KEY_PREVIOUS", "There is no new key to move the tokens to.", {
      hint: "Set OURA_TOKEN_KEY_PREVIOUS to the present key and OURA_TOKEN_KEY to a new one from " +
        "`openssl rand -base64 32`, then run this again.",
    });
  }
  return { moved: await reencrypt(keyring), previousKeyInEnvironment: true };
}

/** A pair that waits on disk under the old key would be unreadable afterwards. */
async function adoptAllKept(settings: SignInSettings, vault: Vault): Promise<void> {
  for (const { userId } of await listGrants(vault.db)) {
    await adoptStoredPair(vault, await recoveryFilesOf(settings, vault, userId), userId);
  }
}
