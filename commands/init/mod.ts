import type { Command } from "commander";
import { ENV_FILE, loadEnvironment } from "../../config/environment/env_file.ts";
import { loadSettings, type Settings } from "../../config/environment/settings.ts";
import { EXIT } from "../../lib/errors.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { createTokenKey } from "../auth/token_key_setup.ts";
import {
  type CommonOptions,
  findPipelineFile,
  readPipeline,
  readSettings,
  withCommonOptions,
  withDatabase,
} from "../_cli/context.ts";
import { writeEnvFile, writePipelineFile } from "./files.ts";
import { gatherValues } from "./values.ts";
import { qualifyCommands } from "../_cli/command_names.ts";
import type { Io } from "../_cli/terminal.ts";
import { action } from "../_cli/action.ts";

interface Options extends CommonOptions {
  clientId?: string;
  clientSecret?: string;
  databaseUrl?: string;
  fromStdin?: boolean;
}

/** `init`: the files, the key and the tables, and what to register at Oura. */
export function define(command: Command, io: Io): void {
  withCommonOptions(command)
    .option("--client-id <id>", "of your app at Oura")
    .option("--client-secret <secret>", "of your app; safer in the environment than here")
    .option("--database-url <url>", "PostgreSQL (default: an embedded database)")
    .option("--from-stdin", "read KEY=VALUE lines from standard input")
    .action(action<Options>(io, (options) => init(options, io)));
}

async function init(options: Options, io: Io): Promise<number> {
  const envFile = options.envFile ?? ENV_FILE;
  const before = await environment(options, io);
  const { clientId, clientSecret, accessToken, ...rest } = loadSettings(before);
  if (accessToken === null && !(clientId && clientSecret)) io.err(registration(rest));
  const given = {
    OURA_CLIENT_ID: options.clientId,
    OURA_CLIENT_SECRET: options.clientSecret,
    DATABASE_URL: options.databaseUrl,
  };
  const values = await gatherValues({
    options: given,
    environment: before,
    fromStdin: options.fromStdin === true,
  }, io);
  // Judged before anything is written: what is in .env stays there, a mistyped URL too.
  const judged = readSettings({ ...before, ...values });
  if (judged.connection.kind !== "embedded") {
    await withDatabase(judged, "oura", () => Promise.resolve(), { migrated: false });
  }

  const env = await writeEnvFile(envFile, values);
  const yaml = await writePipelineFile(options.config ?? await findPipelineFile() ?? "oura.yaml");
  for (const { file, what } of [env, yaml]) io.out(`${file}: ${what}`);

  const now = await environment(options, io);
  for (const [name, value] of Object.entries(given)) {
    if (value?.trim() && now[name] !== value.trim()) {
      io.err(`${name} keeps the value it has; edit ${envFile} or the environment to change it.`);
    }
  }
  const settings = readSettings(now);
  await provideKey(settings, envFile, io);
  const pipeline = await readPipeline(options);
  await withDatabase(settings, pipeline.schema, async (db) => {
    await applyAdditive(db, pipeline, { holder: `init pid ${Deno.pid}` });
    io.out(`${db.label}: tables are ready in schema ${db.schema}`);
  });
  io.out(qualifyCommands("Next: `auth login`, then `sync`"));
  return EXIT.done;
}

/** The environment and `.env`; a `.env` that was named but is not there yet counts as empty. */
async function environment(options: Options, io: Io): Promise<Record<string, string>> {
  const named = options.envFile !== undefined && await exists(options.envFile);
  return await loadEnvironment(named ? options.envFile : undefined, io.env);
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

/** A server database needs a key of its own; the embedded one makes a key file by itself. */
async function provideKey(settings: Settings, envFile: string, io: Io): Promise<void> {
  if (settings.tokenKey !== null || settings.connection.kind === "embedded") return;
  const { id } = await createTokenKey(envFile);
  io.out(`${envFile}: a new OURA_TOKEN_KEY (key ${id}); keep a copy of it`);
}

function registration({ redirectUri, portal }: Pick<Settings, "redirectUri" | "portal">): string {
  const page = portal === "legacy"
    ? "https://cloud.ouraring.com/oauth/applications"
    : "https://developer.ouraring.com/applications";
  return `Register an app at ${page} with exactly
  redirect URI  ${redirectUri}
  scopes        all of them; each one you leave out leaves out its data types
and have its client ID and client secret at hand.
`;
}
