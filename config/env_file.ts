import { parseEnv } from "node:util";
import { messageOf, UsageError } from "../lib/errors.ts";
import { SETTING_NAMES } from "./settings.ts";

/** Where `.env` is looked for when nobody says otherwise. */
export const ENV_FILE = "./.env";

/** Variables by name; unset ones are absent. */
export type Environment = Record<string, string>;

/**
 * The variables of the program: the real environment first, then the `.env` file. A variable that
 * is set but empty counts as unset. Only the program's own variables are read, so that permission
 * for these is enough.
 * @param file The `.env` file somebody asked for. It must exist; {@linkcode ENV_FILE} need not.
 * @param variable Looks up a variable of the real environment.
 * @throws {UsageError} When the file cannot be read.
 */
export async function loadEnvironment(
  file: string | undefined,
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Promise<Environment> {
  const inFile = parseEnv(await readEnvFile(file));
  const environment: Environment = {};
  for (const name of SETTING_NAMES) {
    const value = variable(name)?.trim() || inFile[name]?.trim();
    if (value) environment[name] = value;
  }
  return environment;
}

async function readEnvFile(file: string | undefined): Promise<string> {
  try {
    const text = await Deno.readTextFile(file ?? ENV_FILE);
    return text.replace(/^\uFEFF/, "");
  } catch (error) {
    if (file === undefined && error instanceof Deno.errors.NotFound) return "";
    throw new UsageError(
      "ENV_FILE_UNREADABLE",
      `cannot read ${file ?? ENV_FILE}: ${messageOf(error)}`,
      { hint: "name a readable file with --env-file, or leave the option out", cause: error },
    );
  }
}
