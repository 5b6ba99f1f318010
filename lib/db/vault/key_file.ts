/**
 * The key file of the embedded database: one key in base64 a line, the current one first. Further
 * lines are there only while keys are being rotated.
 */
import { dirname } from "node:path";
import { UsageError } from "../../errors.ts";
import { makePrivateDirectory, removeUnfinished, writeSafely } from "../../process/safe_file.ts";
import { generateTokenKey, type KeyBytes, type Keyring, keyringOf } from "./token_key.ts";
import { command } from "../../program_command.ts";

const COMMENT =
  "# Key to the stored Oura sign-in. A person with this key and the database can read the sign-in.";

/**
 * Reads the key file, creating it (0600) with a fresh key when there is none.
 * @throws {UsageError} When there is a file, but no key in it.
 */
export async function openKeyFile(path: string): Promise<Keyring> {
  await removeUnfinished(path);
  const existing = await readKeys(path);
  if (existing) return await keyringOf(...existing);
  const fresh = generateTokenKey();
  await makePrivateDirectory(dirname(path));
  await writeKeys(path, [fresh]);
  return await keyringOf(fresh);
}

/** Reads the key file and creates or removes nothing; null when there is none. */
export async function readKeyFile(path: string): Promise<Keyring | null> {
  const keys = await readKeys(path);
  return keys ? await keyringOf(...keys) : null;
}

/**
 * Rotates the key of a key file: the new key goes in first, in front of the old one, so that a crash
 * at any point leaves every token readable; the old one goes when `reencrypt` is done.
 */
export async function rotateKeyFile(
  path: string,
  reencrypt: (keyring: Keyring) => Promise<number>,
): Promise<number> {
  const old = await readKeys(path) ?? [];
  const fresh = generateTokenKey();
  await writeKeys(path, [fresh, ...old]);
  const moved = await reencrypt(await keyringOf(fresh, ...old));
  await writeKeys(path, [fresh]);
  return moved;
}

function writeKeys(path: string, keys: readonly KeyBytes[]): Promise<void> {
  return writeSafely(path, `${[COMMENT, ...keys.map((key) => key.toBase64())].join("\n")}\n`);
}

async function readKeys(path: string): Promise<[KeyBytes, ...KeyBytes[]] | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const [first, ...rest] = lines.map((line) => decode(line.trim(), path));
  if (!first) throw unreadable(path);
  return [first, ...rest];
}

function decode(base64: string, path: string): KeyBytes {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    throw unreadable(path);
  }
}

function unreadable(path: string): UsageError {
  return new UsageError("TOKEN_KEY_FILE", `The key file ${path} contains no valid key.`, {
    hint: "Restore it from a backup; if there is none, delete it and run " +
      `${command("auth login")} again.`,
  });
}
