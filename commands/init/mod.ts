import { Option } from "commander";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import type { InitOptions } from "./init.ts";

/** `init`: the files, the key and the tables, and what to register at Oura. */
export default defineCommand({
  database: "none",
  configuration: true,
  options: [
    new Option("--client-id <id>", "the client id of your app at Oura"),
    new Option(
      "--client-secret <secret>",
      "the client secret of your app; it is safer in the environment",
    ),
    new Option("--database-url <url>", "the PostgreSQL database (default: an embedded one)"),
    new Option("--from-stdin", "read KEY=VALUE lines from standard input"),
  ],
  run: async (context: CommandContext<InitOptions>) =>
    await (await import("./init.ts")).init(context),
});
