/** The files `init` writes, each only where it is missing. */
import { parseEnv } from "node:util";
import EXAMPLE from "../../.env.example" with { type: "text" };
import JSON_SCHEMA from "../../config/oura.schema.json" with { type: "text" };
import { refuseDanglingLink } from "../../config/pipeline.ts";
import SHIPPED from "../../config/oura.yaml" with { type: "text" };
import { messageOf, UsageError } from "../../lib/errors.ts";
import { writeSafely } from "../../lib/process/safe_file.ts";
import { setInEnvFile } from "../auth/token_key_setup.ts";
import { command } from "../../lib/program_command.ts";

/** What was done with a file. */
export type Written = { file: string; what: "written" | "completed" | "unchanged" };

/** Makes `.env` of the example, or adds to an existing one what it lacks. Nothing set is changed. */
export async function writeEnvFile(
  file: string,
  values: Readonly<Record<string, string>>,
): Promise<Written> {
  const present = await readIfThere(file);
  if (present === null) await create(file, EXAMPLE, 0o600);
  const set = parseEnv(present ?? EXAMPLE);
  const lacking = Object.entries(values).filter(([name]) =>
    present === null || (set[name] ?? "") === ""
  );
  for (const [name, value] of lacking) await setInEnvFile(file, name, value);
  if (present === null) return { file, what: "written" };
  return { file, what: lacking.length > 0 ? "completed" : "unchanged" };
}

/** Writes the shipped configuration, and the schema for editors next to it. */
export async function writePipelineFile(file: string): Promise<Written> {
  await refuseDanglingLink(file);
  if (await readIfThere(file) !== null) return { file, what: "unchanged" };
  await create(file, SHIPPED, 0o644);
  const schema = file.replace(/[^/\\]*$/, "oura.schema.json");
  if (await readIfThere(schema) === null) await create(schema, JSON_SCHEMA, 0o644);
  return { file, what: "written" };
}

async function create(file: string, text: string, mode: number): Promise<void> {
  try {
    await writeSafely(file, text, { mode });
  } catch (cause) {
    throw new UsageError("FILE_UNWRITABLE", `cannot write ${file}: ${messageOf(cause)}`, {
      cause,
      hint: `Run ${command("init")} in a directory you may write to.`,
    });
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new UsageError("FILE_UNREADABLE", `cannot read ${file}: ${messageOf(error)}`);
  }
}
