/** What most commands need: settings, configuration, logging, the database, a wearer's API. */
import { ENV_FILE, loadEnvironment } from "../../config/environment/env_file.ts";
import { loadSettings, type Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { withDatabase } from "../../lib/db/migrate/with_database.ts";
import { serverAddress } from "../../lib/db/driver/postgres/server_url.ts";
import { configureLogging, loggerOf } from "../../lib/log/log.ts";
import type { CommonOptions } from "./flags.ts";
import { canDraw, type Terminal } from "./terminal.ts";
import { removeUnfinished } from "../../lib/process/safe_file.ts";
import { hidePath } from "../../lib/log/span_redaction.ts";
import { startTelemetry } from "../../lib/log/telemetry.ts";

/** What {@linkcode prepare} can be told. */
export interface PrepareOptions {
  /** Whether the command may write: only then what a killed process left of `.env` is removed. */
  writes?: boolean;
}

/** Reads settings from the environment and `.env`, and configures logging by them. */
export async function prepare(
  options: CommonOptions,
  terminal: Terminal,
  { writes = false }: PrepareOptions = {},
): Promise<Settings> {
  const misspelt: { name: string; meant: string }[] = [];
  const cut: string[] = [];
  const file = terminal.path(options.envFile ?? ENV_FILE);
  if (writes) await removeUnfinishedEnvFile(file);
  const asked = options.envFile === undefined ? undefined : file;
  const environment = await loadEnvironment(asked, terminal.env, {
    usual: file,
    onUnknownName: (name, meant) => misspelt.push({ name, meant }),
    onCut: (name) => cut.push(name),
  });
  const settings = settingsAt(readSettings(environment), terminal);
  if (settings.healthcheckUrl !== null) hidePath(settings.healthcheckUrl);
  // Before the first request: Deno exports the requests of every command.
  await startTelemetry();
  await configureLogging({
    level: settings.logLevel,
    format: settings.logFormat ?? (terminal.errIsTerminal ? "pretty" : "json"),
    colours: canDraw(terminal) && terminal.colours,
    // Its colours are control characters; the log spells out all others itself.
    write: (text) => terminal.err(text.trimEnd(), "verbatim"),
  });
  for (const { name, meant } of misspelt) {
    const facts = { file, name, meant };
    loggerOf("settings").warn("{file}: {name} is not read; did you mean {meant}?", facts);
  }
  for (const name of cut) {
    loggerOf("settings").warn(
      "{file}: the value of {name} ends at its first #; if the # is part of it, put the value in quotes.",
      { file, name },
    );
  }
  return settings;
}

/** Returns the settings with the data directory where the command runs. */
export function settingsAt(settings: Settings, { path }: Terminal): Settings {
  const { connection } = settings;
  return {
    ...settings,
    dataDirectory: path(settings.dataDirectory),
    connection: connection.kind === "embedded"
      ? { ...connection, directory: path(connection.directory) }
      : connection,
  };
}

/** Removes secrets that a killed process left in an unfinished `.env`, where it may. */
export async function removeUnfinishedEnvFile(envFile: string): Promise<void> {
  const { state } = await Deno.permissions.query({ name: "write", path: envFile });
  if (state === "granted") await removeUnfinished(envFile);
}

/**
 * Settings from variables, with the URL of the connection checked, too.
 * @throws {UsageError} Naming what is wrong, but no value, as some are secret.
 */
export function readSettings(environment: Readonly<Record<string, string>>): Settings {
  const settings = loadSettings(environment);
  const { connection } = settings;
  if (connection.kind !== "embedded") serverAddress(connection);
  return settings;
}

/**
 * The same for a command that only looks: nothing is made or changed, so that a role which may only
 * read, or a replica, is enough.
 * @param body Is told whether there are tables at all; before the first sync there are none.
 * @throws {DatabaseError} Also when the tables are older than this program.
 */
export function withReadOnlyDatabase<T>(
  settings: Settings,
  schema: string,
  body: (db: Database, hasTables: boolean) => Promise<T>,
): Promise<T> {
  return withDatabase(settings.connection, schema, async (db: Database) => {
    const { hasTables } = await import("../../lib/db/migrate/migrate.ts");
    return await body(db, await hasTables(db));
  }, { migrated: false });
}

/**
 * The same for what is only tried out, which before the first sync has no tables to look at: it gets
 * some that nobody else ever sees.
 * @param body Is told whether the tables are there to stay.
 * @throws {DatabaseError} Also when the tables are older than this program.
 */
export function withDryRunDatabase<T>(
  settings: Settings,
  schema: string,
  body: (db: Database, hasTables: boolean) => Promise<T>,
): Promise<T> {
  return withReadOnlyDatabase(settings, schema, async (db, hasTables) => {
    if (hasTables) return await body(db, true);
    const { withDryRunSchema } = await import("../../lib/db/migrate/dry_run_schema.ts");
    return await withDryRunSchema(db, (stage) => body(stage, false));
  });
}
