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
 * @param asked The `.env` file somebody asked for. It must exist.
 * @param variable Looks up a variable of the real environment.
 * @param usual The `.env` file that is read when nobody asked for one. It need not exist.
 * @throws {UsageError} When the file cannot be read.
 */
export async function loadEnvironment(
  asked: string | undefined,
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
  usual = ENV_FILE,
): Promise<Environment> {
  const inFile = parseEnv(await readEnvFile(asked, usual));
  const environment: Environment = {};
  for (const name of SETTING_NAMES) {
    const value = variable(name)?.trim() || inFile[name]?.trim();
    if (value) environment[name] = value;
  }
  return environment;
}

async function readEnvFile(asked: string | undefined, usual: string): Promise<string> {
  const file = asked ?? usual;
  try {
    const text = await Deno.readTextFile(file);
    return text.replace(/^\uFEFF/, "");
  } catch (error) {
    if (asked === undefined && error instanceof Deno.errors.NotFound) return "";
    throw new UsageError("ENV_FILE_UNREADABLE", `cannot read ${file}: ${messageOf(error)}`, {
      hint: "name a readable file with --env-file, or leave the option out",
      cause: error,
    });
  }
}
