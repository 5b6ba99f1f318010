/** From the settings to a wearer's token: keyring, recovery file, keeper. */
import type { ConnectionSettings } from "../db/driver/connection.ts";
import type { Database } from "../db/driver/database.ts";
import type { GrantSummary, Vault } from "../db/vault/grant.ts";
import { listGrants } from "../db/vault/grants.ts";
import { openKeyFile, readKeyFile } from "../db/vault/key_file.ts";
import { RecoveryFiles } from "../db/vault/recovery_files.ts";
import { type Keyring, keyringOf } from "../db/vault/token_key.ts";
import { SignInError, UsageError } from "../errors.ts";
import type { PortalName } from "../oura/oauth/portals.ts";
import type { OAuthApp } from "../oura/oauth/token_endpoint.ts";
import { allDead, notSignedIn } from "./sign_in_errors.ts";
import { TokenKeeper } from "./token_keeper.ts";
import { command } from "../program_command.ts";

/** The settings that signing in reads; null where a variable is not set. */
export interface SignInSettings {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly redirectUri: string;
  readonly portal: "auto" | PortalName;
  readonly apiUrl: string;
  readonly authorizeUrl: string | null;
  readonly tokenUrl: string | null;
  readonly revokeUrl: string | null;
  readonly connection: ConnectionSettings;
  readonly dataDirectory: string;
  /** Keys of 32 bytes. */
  readonly tokenKey: Uint8Array<ArrayBuffer> | null;
  readonly tokenKeyPrevious: Uint8Array<ArrayBuffer> | null;
}

/** The key file of the embedded database. */
export function keyFilePath(settings: Pick<SignInSettings, "dataDirectory">): string {
  return `${settings.dataDirectory.replace(/\/+$/, "")}/token.key`;
}

/**
 * The keys to the stored tokens: `OURA_TOKEN_KEY`, or with the embedded database its key file.
 * @throws {UsageError} With a server database and no key.
 */
export async function openKeyring(settings: SignInSettings): Promise<Keyring> {
  const { tokenKey, tokenKeyPrevious, connection } = settings;
  if (tokenKey) return await keyringOf(tokenKey, ...(tokenKeyPrevious ? [tokenKeyPrevious] : []));
  if (connection.kind === "embedded") return await openKeyFile(keyFilePath(settings));
  throw new UsageError("TOKEN_KEY_MISSING", "OURA_TOKEN_KEY is not set.", {
    hint:
      `${command("auth login")} makes one. If tokens are stored already, set the key they were ` +
      "stored with.",
  });
}

/**
 * The same keys for a command that changes nothing: a missing key file is not created.
 * @returns Null when the embedded database has no key file yet.
 * @throws {UsageError} With a server database and no key.
 */
export async function readKeyring(settings: SignInSettings): Promise<Keyring | null> {
  return settings.tokenKey === null && settings.connection.kind === "embedded"
    ? await readKeyFile(keyFilePath(settings))
    : await openKeyring(settings);
}

/** The app of the settings; null when client id or secret is missing. */
export function appOf(
  settings: Pick<SignInSettings, "clientId" | "clientSecret">,
): OAuthApp | null {
  const { clientId, clientSecret } = settings;
  return clientId !== null && clientSecret !== null ? { clientId, clientSecret } : null;
}

/** Endpoints from the environment that may receive tokens, besides those of Oura's portals. */
export function endpointsOf({ tokenUrl, revokeUrl }: SignInSettings): string[] {
  return [tokenUrl, revokeUrl].filter((url) => url !== null);
}

/** Where a wearer's fresh pair is kept until the database has it. */
export function recoveryFilesOf(
  settings: Pick<SignInSettings, "dataDirectory">,
  vault: Vault,
  userId: string,
): Promise<RecoveryFiles> {
  const directory = settings.dataDirectory.replace(/\/+$/, "");
  return RecoveryFiles.of(directory, vault.db, userId, vault.keyring);
}

/**
 * The wearer a command is about: the named one, else the first who signed in.
 * @throws {SignInError} When no such wearer has signed in.
 */
export async function chooseWearer(db: Database, userId?: string): Promise<GrantSummary> {
  const grants = await listGrants(db);
  const chosen = userId === undefined ? grants[0] : grants.find((each) => each.userId === userId);
  if (!chosen) throw notSignedIn(userId);
  return chosen;
}

/** The sign-ins in the order they were made, by whether Oura still takes them. */
export interface SignIns {
  readonly all: readonly GrantSummary[];
  readonly living: readonly GrantSummary[];
  readonly dead: readonly GrantSummary[];
}

/**
 * All sign-ins.
 * @throws {SignInError} When no wearer has signed in.
 */
export async function readSignIns(db: Database): Promise<SignIns> {
  const grants = await listGrants(db);
  if (grants.length === 0) throw notSignedIn();
  const { active = [], needs_login = [] } = Object.groupBy(grants, ({ state }) => state);
  return { all: grants, living: active, dead: needs_login };
}

/**
 * Opens the first of these expired sign-ins that works again: a pair that could not be stored may have
 * been kept on disk.
 * @throws {SignInError} When none works; the message names each.
 */
export async function openRevived<Token>(
  open: (userId: string) => Promise<Token>,
  dead: readonly GrantSummary[],
): Promise<Token> {
  for (const { userId } of dead) {
    try {
      return await open(userId);
    } catch (error) {
      if (!(error instanceof SignInError)) throw error;
    }
  }
  throw allDead(dead);
}

/**
 * A wearer's token, kept fresh: what the API client is given.
 * @throws {SignInError} When the wearer is not signed in, or the grant has expired.
 */
export async function openWearer(
  settings: SignInSettings,
  vault: Vault,
  userId: string,
): Promise<TokenKeeper> {
  const recovery = await recoveryFilesOf(settings, vault, userId);
  const context = { vault, recovery, app: appOf(settings), endpoints: endpointsOf(settings) };
  return await TokenKeeper.open(context, userId);
}

/**
 * The stored sign-ins, with the keys that open them.
 * @throws {UsageError} With a server database and no key.
 */
export async function openVault(settings: SignInSettings, db: Database): Promise<Vault> {
  return { db, keyring: await openKeyring(settings) };
}
