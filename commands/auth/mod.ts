/** `auth`: signing in and out, and the key to the stored tokens. */
import { Option } from "commander";
import { type DatabaseContext, defineCommand, defineGroup } from "../_cli/define_command.ts";
import { userIdFlag } from "../_cli/flags.ts";
import { publicUrlFlag } from "../public_url.ts";
import type { AuthContext } from "./context.ts";
import type { LoginOptions } from "./login.ts";

interface JsonOption {
  json?: boolean;
}

/** `auth login`, `auth status`, `auth logout`, `auth invite`, `auth invites`, `auth rotate-key`. */
export default defineGroup({
  login: [
    "sign in a wearer",
    authCommand("write", async () => (await import("./login.ts")).login, [
      new Option("--no-browser", "print the URL, and read the pasted redirect URL or code"),
      new Option("--scopes <names>", "request only these scopes, separated by commas"),
    ]),
  ],
  status: [
    "show who is signed in, with scopes and expiry",
    authCommand("read", async () => (await import("./status.ts")).status),
  ],
  logout: [
    "revoke a sign-in at Oura and delete it; keep the data",
    authCommand("write", async () => (await import("./logout.ts")).logout, [
      userIdFlag("the wearer (default: the first signed-in one)"),
    ]),
  ],
  invite: [
    "make a one-time link with which a participant signs in",
    authCommand("write", async () => (await import("./invite.ts")).invite, [
      new Option("--label <label>", "what the participant is called, such as P-017"),
      new Option("--study <name>", "who invites, for the consent page"),
      publicUrlFlag(),
      new Option("--expires <time>", "how long the link is open: 1h to 90d").default("7d"),
      new Option("--revoke <id>", "end the open link with this number instead")
        .conflicts(["label", "study", "url"]),
    ]),
  ],
  invites: [
    "list the open links",
    authCommand("read", async () => (await import("./invite.ts")).invites),
  ],
  "rotate-key": [
    "encrypt the stored tokens with a new key",
    authCommand("write", async () => (await import("./rotate_key.ts")).rotate),
  ],
});

function authCommand<Options extends JsonOption = LoginOptions & JsonOption>(
  database: "read" | "write",
  loadBody: () => Promise<(context: AuthContext, options: Options) => Promise<void>>,
  options: readonly Option[] = [],
) {
  return defineCommand({
    database,
    options,
    json: true,
    async run(context: DatabaseContext<Options, undefined>) {
      const body = await loadBody();
      await body(await contextOf(context), context.options);
    },
  });
}

async function contextOf<Options>(
  { terminal, options, settings, pipeline, db, hasTables }: DatabaseContext<Options, undefined>,
): Promise<AuthContext> {
  const { ENV_FILE } = await import("../../config/environment/env_file.ts");
  return {
    settings,
    db,
    hasTables,
    types: pipeline.types,
    publicUrl: pipeline.webhooks?.url ?? null,
    envFile: terminal.path(options.envFile ?? ENV_FILE),
    print: terminal.out,
    note: terminal.err,
    inIsTerminal: terminal.inIsTerminal,
    input: terminal.input,
  };
}
