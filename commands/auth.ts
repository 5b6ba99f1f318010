/** `auth`: signing in and out, and the key to the stored tokens. */
import type { Command } from "commander";
import type { AuthContext } from "./auth/context.ts";
import { login, type LoginOptions } from "./auth/login.ts";
import { logout } from "./auth/logout.ts";
import { rotate } from "./auth/rotate_key.ts";
import { status } from "./auth/status.ts";

export type { AuthContext } from "./auth/context.ts";

/** Opens settings and a migrated database, runs the body, closes again. */
export type WithAuthContext = (body: (context: AuthContext) => Promise<void>) => Promise<void>;

/** Adds `auth` and its subcommands to the program. */
export function registerAuth(program: Command, withContext: WithAuthContext): void {
  const auth = program.command("auth").description("sign in at Oura, and look after the sign-in");
  auth.command("login")
    .description("sign a wearer in")
    .option("--no-browser", "print the URL and take the pasted redirect URL or code")
    .option("--scopes <names>", "ask for these scopes only, separated by commas")
    .option("--json", "print the result as JSON")
    .action((options: LoginOptions) => withContext((context) => login(context, options)));
  auth.command("status")
    .description("who is signed in, with which scopes, until when")
    .option("--json", "print the result as JSON")
    .action((options: { json?: boolean }) => withContext((context) => status(context, options)));
  auth.command("logout")
    .description("revoke the grant at Oura and remove it; the data stays")
    .option("--user-id <id>", "the wearer (default: the first signed-in one)")
    .option("--json", "print the result as JSON")
    .action((options: { userId?: string; json?: boolean }) =>
      withContext((context) => logout(context, options))
    );
  auth.command("rotate-key")
    .description("encrypt the stored tokens with a new key")
    .option("--json", "print the result as JSON")
    .action((options: { json?: boolean }) => withContext((context) => rotate(context, options)));
}
