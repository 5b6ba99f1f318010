/** What a command is made of. The program, the completions and the documentation are built of it. */
import type { Argument, Command } from "commander";
import { Option } from "commander";
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { EXIT } from "../../lib/errors.ts";
import type { CommonOptions } from "./flags.ts";
import { jsonText } from "./output.ts";
import type { CommandName } from "./registry.ts";
import type { PrepareOptions } from "./context.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The database that is open while a command runs: `none`; `read`, where nothing is created or
 * changed; `write`, where the tables are brought up to date first.
 */
export type OpenDatabase = "none" | "read" | "write";

/** What the body of a command gets. */
export interface CommandContext<Options> {
  readonly terminal: Terminal;
  readonly options: Options & CommonOptions;
  /** The arguments in their order. */
  readonly args: readonly string[];
  /** Prints the result: the document for `--json`, else the text. */
  print(document: unknown, text: string | (() => string)): void;
  /** Reads the environment and `.env`, and configures logging. */
  settings(how?: PrepareOptions): Promise<Settings>;
  /** Reads `oura.yaml`. */
  pipeline(): Promise<Pipeline>;
  /** Loads another command, to describe it. */
  readonly load: Host["load"];
}

/** What {@linkcode DatabaseCommand.check} gets. */
export interface CheckContext<Options> {
  readonly options: Options;
  readonly args: readonly string[];
  readonly settings: Settings;
  readonly pipeline: Pipeline;
}

/** What the body of a command with an open database gets. */
export interface DatabaseContext<Options, Request>
  extends Omit<CommandContext<Options>, "settings" | "pipeline"> {
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  readonly db: Database;
  /** Always true with `write`; with `read`, false before the first sync. */
  readonly hasTables: boolean;
  /** What `check` returned. */
  readonly request: Request;
}

/** What all commands declare; name and summary are in the registry. */
interface CommandParts {
  /** Whether it has `--config` and `--env-file`. @default True with a database */
  readonly configuration?: boolean;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Whether it has `--json`; a text describes the option. @default false */
  readonly json?: boolean | string;
  /** Lines below the options in `--help`. */
  readonly help?: string;
}

/** An exit code, or nothing for 0. */
type Outcome = Promise<number | void> | number | void;

/** A command that opens no database, or opens it by itself. */
export interface PlainCommand<Options> extends CommandParts {
  readonly database: "none";
  readonly run: (context: CommandContext<Options>) => Outcome;
}

/** A command that runs with an open database. */
export interface DatabaseCommand<Options, Request> extends CommandParts {
  readonly database: Exclude<OpenDatabase, "none">;
  /** Checks options before the database is opened. */
  readonly check?: (given: CheckContext<Options>) => Request | Promise<Request>;
  readonly run: (context: DatabaseContext<Options, Request>) => Outcome;
}

/** What runs commands: the program. */
export interface Host {
  readonly terminal: Terminal;
  /** Takes the exit code of an action. */
  finish(exitCode: number): void;
  /** Loads any command by its name. */
  load(name: CommandName): Promise<CommandDefinition>;
}

/** A command that can be added to the program. */
export interface CommandDefinition {
  /** Adds options, arguments, subcommands and the action. */
  addTo(command: Command, host: Host): void;
}

/** The default export of a command's file. */
export interface CommandModule {
  readonly default: CommandDefinition;
}

/** Declares a command without a database. */
export function defineCommand<Options>(spec: PlainCommand<Options>): CommandDefinition;
/** Declares a command that runs with an open database. */
export function defineCommand<Options, Request = undefined>(
  spec: DatabaseCommand<Options, Request>,
): CommandDefinition;
/** Declares either kind of command. */
export function defineCommand<Options, Request>(
  spec: PlainCommand<Options> | DatabaseCommand<Options, Request>,
): CommandDefinition {
  return {
    addTo(command, host) {
      addParts(command, spec);
      command.action(async (...given: unknown[]) => {
        const context = contextOf<Options>(given.at(-1) as Command, host);
        const exitCode = spec.database === "none"
          ? await spec.run(context)
          : await runWithDatabase(spec, context);
        host.finish(exitCode ?? EXIT.done);
      });
    },
  };
}

/** Declares a command that consists of subcommands. */
export function defineGroup(
  subcommands: Readonly<Record<string, readonly [summary: string, CommandDefinition]>>,
): CommandDefinition {
  return {
    addTo(command, host) {
      command.helpCommand("help [command]", "show the help of a command");
      for (const [name, [summary, definition]] of Object.entries(subcommands)) {
        definition.addTo(command.command(name).description(summary), host);
      }
    },
  };
}

function addParts(command: Command, parts: CommandParts & { database: OpenDatabase }): void {
  if (parts.configuration ?? parts.database !== "none") {
    command
      .option(
        "--config <file>",
        "the pipeline configuration (default: oura.yaml, else config/oura.yaml)",
      )
      .option("--env-file <file>", "the file with environment variables (default: .env)");
  }
  for (const argument of parts.arguments ?? []) command.addArgument(argument);
  for (const option of parts.options ?? []) command.addOption(option);
  if (parts.json) {
    const description = parts.json === true
      ? "print one JSON document to standard output"
      : parts.json;
    command.addOption(new Option("--json", description));
  }
  if (parts.help !== undefined) command.addHelpText("after", `\n${parts.help}`);
}

function contextOf<Options>(called: Command, host: Host): CommandContext<Options> {
  const { terminal } = host;
  const options = called.optsWithGlobals() as Options & CommonOptions & { json?: boolean };
  return {
    terminal,
    load: host.load,
    options,
    args: called.args,
    print: (document, text) =>
      terminal.out(options.json ? jsonText(document) : typeof text === "string" ? text : text()),
    settings: async (how) => await (await import("./context.ts")).prepare(options, terminal, how),
    pipeline: async () =>
      await (await import("../../config/find_pipeline.ts")).readPipeline(options, terminal),
  };
}

/** `--user-id` takes a label too; from here on it is the id. */
async function nameWearer(db: Database, options: { userId?: string }): Promise<void> {
  if (options.userId === undefined) return;
  const { wearerNamed } = await import("../../lib/db/store/wearers.ts");
  options.userId = await wearerNamed(db, options.userId);
}

async function runWithDatabase<Options, Request>(
  { database, check, run }: DatabaseCommand<Options, Request>,
  context: CommandContext<Options>,
): Promise<number | void> {
  const { withReadOnlyDatabase } = await import("./context.ts");
  const { withDatabase } = await import("../../lib/db/migrate/with_database.ts");
  const { options, args } = context;
  const settings = await context.settings({ writes: database === "write" });
  const pipeline = await context.pipeline();
  const request = await check?.({ options, args, settings, pipeline }) as Request;
  const body = async (db: Database, hasTables: boolean) => {
    if (hasTables) await nameWearer(db, options as { userId?: string });
    return await run({ ...context, settings, pipeline, db, hasTables, request });
  };
  return database === "read"
    ? await withReadOnlyDatabase(settings, pipeline.schema, body)
    : await withDatabase(settings.connection, pipeline.schema, (db) => body(db, true));
}
