import { listGrants } from "../../lib/db/vault/grants.ts";
import { UsageError } from "../../lib/errors.ts";
import { choosePortals } from "../../lib/oura/oauth/portals.ts";
import { parseScopes, SCOPES } from "../../lib/oura/oauth/scopes.ts";
import { signIn } from "../../lib/auth/sign_in.ts";
import {
  appOf,
  openKeyring,
  recoveryFilesOf,
  type SignInSettings,
} from "../../lib/auth/open_wearer.ts";
import { jsonText } from "../_cli/output.ts";
import type { AuthContext } from "./context.ts";
import { catchRedirect, pasteRedirect } from "./obtain_redirect.ts";
import { leftOut } from "./scopes.ts";
import { createTokenKey } from "./token_key_setup.ts";
import { command } from "../../lib/program_command.ts";

/** Options of `auth login`. */
export interface LoginOptions {
  /** False: print the URL and take the pasted redirect. */
  readonly browser: boolean;
  /** Scope names, separated by spaces or commas; default: all. */
  readonly scopes?: string;
  readonly json?: boolean;
}

/** Signs a wearer in and says what the grant opens. */
export async function login(context: AuthContext, options: LoginOptions): Promise<void> {
  const { note } = context;
  const app = appOf(context.settings);
  if (!app) throw missingApp(context.settings);
  const portals = choosePortals(context.settings);
  const scopesAsked = parseScopes(options.scopes);
  for (const name of scopesAsked ?? []) {
    // A notice and no refusal: Oura may have a new scope for an endpoint that only the YAML knows.
    if (!SCOPES.some((scope) => scope === name)) {
      note(`Unknown scope "${name}": Oura drops such names silently. Known: ${SCOPES.join(", ")}.`);
    }
  }
  const settings = await withKey(context);
  const vault = { db: context.db, keyring: await openKeyring(settings) };
  const signedIn = await signIn({
    vault,
    app,
    redirectUri: settings.redirectUri,
    portals,
    apiUrl: settings.apiUrl,
    scopes: scopesAsked,
    recoveryOf: (userId) => recoveryFilesOf(settings, vault, userId),
    obtainRedirect: (authorization) =>
      options.browser
        ? catchRedirect(authorization, context)
        : pasteRedirect(authorization, note, context.input()),
  });
  const { userId, scopes, portal, expiresAt } = signedIn;
  const closed = leftOut(signedIn, context.types);
  if (options.json) {
    context.print(jsonText({
      userId,
      portal,
      scopes,
      expiresAt,
      dataTypesSkipped: closed,
    }));
    return;
  }
  context.print(`Signed in as wearer ${userId} (portal ${portal}).`);
  context.print(`Granted: ${scopes === null ? "not reported by Oura" : scopes.join(", ")}`);
  if (closed.length > 0) {
    context.print(`Skipped, scope not granted: ${closed.join(", ")}`);
    note(
      "To add scopes, enable them in the app's settings at Oura and run " +
        `${command("auth login")} again.`,
    );
  }
}

/** A server database needs a key of its own; the first sign-in makes it. */
async function withKey(context: AuthContext): Promise<SignInSettings> {
  const { settings, envFile } = context;
  if (settings.tokenKey !== null || settings.connection.kind === "embedded") return settings;
  if ((await listGrants(context.db)).length > 0) {
    throw new UsageError("TOKEN_KEY_MISSING", "OURA_TOKEN_KEY is not set, but tokens are stored.", {
      hint: "Set the key that encrypted them. If it is lost, create a new one with " +
        `\`openssl rand -base64 32\`, and run ${command("auth login")} again for every wearer.`,
    });
  }
  const { key, id } = await createTokenKey(envFile);
  context.note(`A new OURA_TOKEN_KEY (key ${id}) was written to ${envFile}. Keep a copy of it.`);
  return { ...settings, tokenKey: key };
}

function missingApp(settings: SignInSettings): UsageError {
  const missing = [
    ...(settings.clientId === null ? ["OURA_CLIENT_ID"] : []),
    ...(settings.clientSecret === null ? ["OURA_CLIENT_SECRET"] : []),
  ];
  return new UsageError("APP_MISSING", `${missing.join(" and ")} not set.`, {
    hint: "Register an app at https://developer.ouraring.com/applications with the redirect URI " +
      `${settings.redirectUri}, and put its client id and secret into the environment or .env.`,
  });
}
