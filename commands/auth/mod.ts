/** `auth`: signing in and out, and the key to the stored tokens. */
import type { Command } from "commander";
import { ENV_FILE } from "../../config/environment/env_file.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { EXIT } from "../../lib/errors.ts";
import type { AuthContext } from "./context.ts";
import { login, type LoginOptions } from "./login.ts";
import { logout } from "./logout.ts";
import { rotate } from "./rotate_key.ts";
import { status } from "./status.ts";
import {
  type CommonOptions,
  prepare,
  readPipeline,
  withCommonOptions,
  withDatabase,
  withReadOnlyDatabase,
} from "../_cli/context.ts";
import type { Io } from "../_cli/terminal.ts";
import { action } from "../_cli/action.ts";
import { userIdFlag } from "../_cli/flags.ts";

interface JsonOption {
  json?: boolean;
}

/** `auth login`, `auth status`, `auth logout`, `auth rotate-key`. */
export function define(command: Command, io: Io): void {
  const add = <Options extends JsonOption>(
    name: string,
    description: string,
    body: (context: AuthContext, options: Options) => Promise<void>,
    looks = false,
  ): Command =>
    withCommonOptions(command.command(name).description(description))
      .option("--json", "one JSON document on standard output")
      .action(action<Options & CommonOptions>(io, async (options) => {
        await withContext(io, options, looks, (context) => body(context, options));
        return EXIT.done;
      }));
  add<LoginOptions>("login", "sign a wearer in", login)
    .option("--no-browser", "print the URL and take the pasted redirect URL or code")
    .option("--scopes <names>", "ask for these scopes only, separated by commas");
  add("status", "who is signed in, with which scopes, until when", status, true);
  add("logout", "revoke the grant at Oura and remove it; the data stays", logout)
    .addOption(userIdFlag("the wearer (default: the first signed-in one)"));
  add("rotate-key", "encrypt the stored tokens with a new key", rotate);
}

async function withContext(
  io: Io,
  options: CommonOptions,
  looks: boolean,
  body: (context: AuthContext) => Promise<void>,
): Promise<void> {
  const settings = await prepare(options, io);
  const { schema, types } = await readPipeline(options);
  const envFile = options.envFile ?? ENV_FILE;
  const { out: print, err: note, inIsTerminal } = io;
  const work = (db: Database, hasTables = true) =>
    body({ settings, db, hasTables, types, envFile, print, note, inIsTerminal });
  if (looks) await withReadOnlyDatabase(settings, schema, work);
  else await withDatabase(settings, schema, (db) => work(db));
}
