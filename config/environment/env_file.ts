import { parseEnv } from "node:util";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { SETTING_NAMES } from "./settings.ts";
import { nearest } from "../yaml/suggest.ts";

/** The default path of the environment file. */
export const ENV_FILE = "./.env";

/** Variables by name; unset ones are absent. */
export type Environment = Record<string, string>;

/** Options of {@linkcode loadEnvironment}. */
export interface EnvironmentOptions {
  /** The `.env` file to read if the caller names no file; it need not exist. @default `./.env` */
  usual?: string;
  /** Called for a name in the file that is not the program's, but close to one that is. */
  onUnknownName?: (name: string, meant: string) => void;
  /** Called for a variable of ours whose value in the file ends at a `#` without quotes around it. */
  onCut?: (name: string) => void;
}

/**
 * The variables of the program: the real environment first, then the `.env` file. A variable that
 * is set but empty counts as unset. Only the program's own variables are read, so that permission
 * for these is enough.
 * @param asked The `.env` file the caller names. It must exist.
 * @param variable Looks up a variable of the real environment.
 * @throws {UsageError} When the file cannot be read.
 */
export async function loadEnvironment(
  asked: string | undefined,
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
  { usual = ENV_FILE, onUnknownName = () => {}, onCut = () => {} }: EnvironmentOptions = {},
): Promise<Environment> {
  const text = await readEnvFile(asked, usual);
  const inFile = parseEnv(text);
  // The file may serve other programs too: only names that look like a typing mistake are reported.
  for (const name of Object.keys(inFile)) {
    const meant = SETTING_NAMES.includes(name) ? undefined : nearest(name, SETTING_NAMES);
    if (meant !== undefined) onUnknownName(name, meant);
  }
  for (const name of cutNames(text)) if (!variable(name)?.trim()) onCut(name);
  const environment: Environment = {};
  // A database named in parts by the real environment is not overruled by a URL of the file.
  if (variable("DB_HOST")?.trim()) delete inFile.DATABASE_URL;
  for (const name of SETTING_NAMES) {
    const value = variable(name)?.trim() || inFile[name]?.trim();
    if (value) environment[name] = value;
  }
  return environment;
}

/**
 * The variables of ours that lose the rest of their value at a `#`. One behind a blank begins a
 * comment, as it does in a shell.
 */
function cutNames(text: string): Set<string> {
  const names = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name = "", value = ""] = /^\s*(?:export\s+)?([\w.]+)\s*=(.*)$/.exec(line) ?? [];
    if (!SETTING_NAMES.includes(name)) continue;
    if (/^\s*[^\s"'`#][^#]*(?<!\s)#/.test(value) || /^#\S/.test(value)) names.add(name);
    else names.delete(name);
  }
  return names;
}

async function readEnvFile(asked: string | undefined, usual: string): Promise<string> {
  const file = asked ?? usual;
  try {
    // Anything but UTF-8 is refused: Windows' UTF-16 would read as a file without variables.
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(file));
  } catch (error) {
    if (error instanceof TypeError) {
      throw new UsageError("ENV_FILE_UNREADABLE", `cannot read ${file}: it is not UTF-8 text`, {
        hint: "save it as UTF-8",
      });
    }
    if (asked === undefined && error instanceof Deno.errors.NotFound) return "";
    throw new UsageError("ENV_FILE_UNREADABLE", `cannot read ${file}: ${messageOf(error)}`, {
      hint: "name a readable file with --env-file, or leave the option out",
      cause: error,
    });
  }
}
