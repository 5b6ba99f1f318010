import { parseEnv } from "node:util";
import { writePrivateFile } from "../../lib/db/vault/key_file.ts";
import { generateTokenKey, type KeyBytes, keyringOf } from "../../lib/db/vault/token_key.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";

const NAME = "OURA_TOKEN_KEY";

/**
 * Makes the key a server database needs and writes it to `.env`, readable by the owner only.
 * @returns The key, and its id to tell the person.
 * @throws {UsageError} When the file cannot be written.
 */
export async function createTokenKey(envFile: string): Promise<{ key: KeyBytes; id: string }> {
  const key = generateTokenKey();
  await setInEnvFile(envFile, NAME, key.toBase64());
  return { key, id: (await keyringOf(key)).current.id };
}

/** Sets one variable in a `.env` file and leaves every other line as it is. */
export async function setInEnvFile(file: string, name: string, value: string): Promise<void> {
  try {
    const text = await readIfThere(file);
    const line = `${name}=${value}`;
    const isSet = parseEnv(text)[name] !== undefined;
    const pattern = new RegExp(String.raw`^[ \t]*(?:export[ \t]+)?${name}[ \t]*=.*$`, "m");
    const next = isSet && pattern.test(text)
      ? text.replace(pattern, () => line)
      : `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
    await writePrivateFile(file, next);
  } catch (cause) {
    throw new UsageError("ENV_FILE_UNWRITABLE", `cannot write ${file}: ${messageOf(cause)}`, {
      cause,
      hint: `Set ${name} in the environment yourself, to what \`openssl rand -base64 32\` prints.`,
    });
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
