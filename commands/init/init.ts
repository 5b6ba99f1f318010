import { findPipelineFile } from "../../config/find_pipeline.ts";
import { withDatabase } from "../../lib/db/migrate/with_database.ts";
import { ENV_FILE, loadEnvironment } from "../../config/environment/env_file.ts";
import { loadSettings, type Settings } from "../../config/environment/settings.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { createTokenKey } from "../auth/token_key_setup.ts";
import { readSettings, removeUnfinishedEnvFile, settingsAt } from "../_cli/context.ts";
import { asTypedHere } from "../_cli/command_names.ts";
import type { CommandContext } from "../_cli/define_command.ts";
import type { CommonOptions } from "../_cli/flags.ts";
import type { Terminal } from "../_cli/terminal.ts";
import { writeEnvFile, writePipelineFile } from "./files.ts";
import { gatherValues } from "./values.ts";

/** Options of `init`. */
export interface InitOptions extends CommonOptions {
  clientId?: string;
  clientSecret?: string;
  databaseUrl?: string;
  fromStdin?: boolean;
}

/** Writes the files, the key and the tables, and says what to register at Oura. */
export async function init(
  { options, terminal, pipeline: readPipeline }: CommandContext<InitOptions>,
): Promise<void> {
  const envFile = terminal.path(options.envFile ?? ENV_FILE);
  await removeUnfinishedEnvFile(envFile);
  const before = await environment(options, terminal);
  const { clientId, clientSecret, accessToken, ...rest } = loadSettings(before);
  if (accessToken === null && !(clientId && clientSecret)) terminal.err(registration(rest));
  const given = {
    OURA_CLIENT_ID: options.clientId,
    OURA_CLIENT_SECRET: options.clientSecret,
    DATABASE_URL: options.databaseUrl,
  };
  const values = await gatherValues({
    options: given,
    environment: before,
    fromStdin: options.fromStdin === true,
  }, terminal);
  // Checked before anything is written: what is in .env stays there, a mistyped URL too.
  const checked = settingsAt(readSettings({ ...before, ...values }), terminal);
  if (checked.connection.kind !== "embedded") {
    await withDatabase(checked.connection, "oura", () => Promise.resolve(), { migrated: false });
  }

  const env = await writeEnvFile(envFile, values);
  const yaml = await writePipelineFile(
    options.config === undefined
      ? await findPipelineFile(terminal.path) ?? terminal.path("oura.yaml")
      : terminal.path(options.config),
  );
  for (const { file, what } of [env, yaml]) terminal.out(`${file}: ${what}`);

  const now = await environment(options, terminal);
  for (const [name, value] of Object.entries(given)) {
    if (value?.trim() && now[name] !== value.trim()) {
      terminal.err(
        `${name} was left unchanged; edit ${envFile} or the environment to change it.`,
      );
    }
  }
  const settings = settingsAt(readSettings(now), terminal);
  await provideKey(settings, envFile, terminal);
  const pipeline = await readPipeline();
  await withDatabase(settings.connection, pipeline.schema, async (db) => {
    await applyAdditive(db, pipeline, { holder: `init pid ${Deno.pid}` });
    terminal.out(`${db.label}: tables are ready in schema ${db.schema}`);
  });
  terminal.out(`Next: ${asTypedHere("auth login")}, then ${asTypedHere("sync")}`);
}

/** The environment and `.env`; a `.env` that was named but is not there yet counts as empty. */
async function environment(
  options: InitOptions,
  terminal: Terminal,
): Promise<Record<string, string>> {
  const file = terminal.path(options.envFile ?? ENV_FILE);
  const named = options.envFile !== undefined && await exists(file);
  return await loadEnvironment(named ? file : undefined, terminal.env, {
    usual: terminal.path(ENV_FILE),
  });
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

/** A server database needs a key of its own; the embedded one makes a key file by itself. */
async function provideKey(settings: Settings, envFile: string, terminal: Terminal): Promise<void> {
  if (settings.tokenKey !== null || settings.connection.kind === "embedded") return;
  const { id } = await createTokenKey(envFile);
  terminal.out(`${envFile}: a new OURA_TOKEN_KEY (key ${id}); keep a copy of it`);
}

function registration({ redirectUri, portal }: Pick<Settings, "redirectUri" | "portal">): string {
  const page = portal === "legacy"
    ? "https://cloud.ouraring.com/oauth/applications"
    : "https://developer.ouraring.com/applications";
  return `Register an app at ${page} with exactly
  redirect URI  ${redirectUri}
  scopes        all (each scope you omit disables its data types)
and copy its client ID and client secret.
`;
}
