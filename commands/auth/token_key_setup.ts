import { parseEnv } from "node:util";
import { generateTokenKey, type KeyBytes, keyringOf } from "../../lib/db/vault/token_key.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { writeSafely } from "../../lib/process/safe_file.ts";

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

/**
 * Sets one variable in a `.env` file and leaves every other line as it is.
 * @throws {UsageError} When the file cannot be written, or cannot hold the value.
 */
export async function setInEnvFile(file: string, name: string, value: string): Promise<void> {
  try {
    const text = await readIfThere(file);
    const line = envLine(name, value);
    const isSet = parseEnv(text)[name] !== undefined;
    const pattern = new RegExp(String.raw`^[ \t]*(?:export[ \t]+)?${name}[ \t]*=.*$`, "m");
    const replaced = isSet ? text.replace(pattern, () => line) : text;
    // If a name occurs twice, the last one counts.
    const next = parseEnv(replaced)[name] === value
      ? replaced
      : `${replaced}${replaced === "" || replaced.endsWith("\n") ? "" : "\n"}${line}\n`;
    await writeSafely(file, next);
  } catch (cause) {
    throw new UsageError("ENV_FILE_UNWRITABLE", `cannot write ${file}: ${messageOf(cause)}`, {
      cause,
      hint: `Set ${name} in the environment yourself` +
        (name === NAME ? ", to what `openssl rand -base64 32` prints." : "."),
    });
  }
}

/** The line that is read as this value: as it is, or in the quotation marks that a # or a space needs. */
function envLine(name: string, value: string): string {
  const lines = ["", '"', "'", "`"].map((mark) => `${name}=${mark}${value}${mark}`);
  const line = lines.find((each) => parseEnv(each)[name] === value);
  if (line === undefined) throw new Error(`no line can hold the value of ${name}`);
  return line;
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
