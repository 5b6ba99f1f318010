/** A simulated Oura to sign in at, and the pieces around a token keeper. */
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { type Grant, sealPair, type Vault } from "../../lib/db/vault/grant.ts";
import { readGrant } from "../../lib/db/vault/grants.ts";
import { RecoveryFiles } from "../../lib/db/vault/recovery_files.ts";
import { generateTokenKey, keyringOf } from "../../lib/db/vault/token_key.ts";
import type { Authorization } from "../../lib/oura/oauth/authorization.ts";
import type { CallbackPage } from "../../lib/oura/oauth/callback_pages.ts";
import type { Portal, PortalChoice, PortalName } from "../../lib/oura/oauth/portals.ts";
import type { RefreshContext } from "../../lib/auth/refresh_protocol.ts";
import { type ObtainedRedirect, signIn, type SignInOptions } from "../../lib/auth/sign_in.ts";
import { TokenKeeper } from "../../lib/auth/token_keeper.ts";
import { withPostgres } from "../support/server_database.ts";
import { type RunningSimulator, serveSimulator } from "../../simulator/mod.ts";

/** What the simulator registers by itself. */
export const REDIRECT_URI = "http://localhost:8000/callback";
export const APPS = {
  moi: { clientId: "sim-app", clientSecret: "sim-secret" },
  legacy: { clientId: "sim-legacy-app", clientSecret: "sim-legacy-secret" },
} as const;

/** A portal of the simulator. */
export function portalAt(url: string, name: PortalName): Portal {
  const base = name === "moi" ? `${url}/oauth/v2/ext/oauth-` : `${url}/oauth/`;
  return {
    name,
    authorizeUrl: `${base}authorize`,
    tokenUrl: `${base}token`,
    revokeUrl: `${base}revoke`,
  };
}

/** Both portals of the simulator, in the order of `auto`. */
export function bothPortals(url: string): PortalChoice {
  const moi = portalAt(url, "moi");
  const legacy = portalAt(url, "legacy");
  return { candidates: [moi, legacy], known: [moi, legacy] };
}

/** Plays the browser: follows the authorize page to the redirect, without going there. */
export async function visit({ url }: Authorization): Promise<URLSearchParams> {
  const response = await fetch(url, { redirect: "manual" });
  await response.body?.cancel();
  return new URL(response.headers.get("location") ?? "about:blank").searchParams;
}

/** A world of tests: Oura, a vault, a directory for recovery files, the pages shown. */
export interface Scene {
  readonly oura: RunningSimulator;
  readonly vault: Vault;
  readonly directory: string;
  readonly pages: CallbackPage[];
  /** Options of a sign-in that would work. */
  options(changes?: Partial<SignInOptions>): SignInOptions;
  /** Signs the first wearer in; returns the wearer's id. */
  signIn(changes?: Partial<SignInOptions>): Promise<string>;
  /** A keeper for a signed-in wearer, with short times. */
  keeper(userId: string, changes?: Partial<RefreshContext>): Promise<TokenKeeper>;
  recoveryOf(userId: string): Promise<RecoveryFiles>;
  /** Makes the stored access token look, and at Oura be, expired. */
  expire(userId: string): Promise<void>;
}

/** Runs a test on a fresh scene and clears it away. */
export async function onScene(db: Database, body: (scene: Scene) => Promise<void>): Promise<void> {
  const oura = serveSimulator({ days: 3, users: 2 });
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-test-" });
  const vault = { db, keyring: await keyringOf(generateTokenKey()) };
  const pages: CallbackPage[] = [];
  const recoveryOf = (userId: string) => RecoveryFiles.of(directory, db, userId, vault.keyring);
  const options = (changes: Partial<SignInOptions> = {}): SignInOptions => ({
    vault,
    app: APPS.moi,
    redirectUri: REDIRECT_URI,
    portals: bothPortals(oura.url),
    apiUrl: oura.url,
    scopes: null,
    recoveryOf,
    obtainRedirect: async (authorization) => redirected(await visit(authorization), pages),
    ...changes,
  });
  const scene: Scene = {
    oura,
    vault,
    directory,
    pages,
    options,
    recoveryOf,
    signIn: async (changes) => (await signIn(options(changes))).userId,
    keeper: async (userId, changes = {}) =>
      await TokenKeeper.open({
        vault,
        recovery: await recoveryOf(userId),
        app: APPS.moi,
        endpoints: [oura.url],
        claimMs: 5_000,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
        ...changes,
      }, userId),
    expire: async (userId) => {
      oura.simulator.oauth.grants.expireAccessTokens(userId);
      await db.query(
        `UPDATE ${grantsTable(db)} SET expires_at = now() - interval '1 hour',
           refreshed_at = refreshed_at - interval '30 days' WHERE user_id = $1`,
        [userId],
      );
    },
  };
  try {
    await body(scene);
  } finally {
    await oura.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** A test whose subject does not depend on the database: on PostgreSQL only. */
export function sceneTest(name: string, body: (scene: Scene) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: () => withPostgres("oura", (db) => onScene(db, body), { migrated: true }),
  });
}

/** A redirect that notes which page the browser was shown. */
export function redirected(parameters: URLSearchParams, pages: CallbackPage[]): ObtainedRedirect {
  return {
    parameters,
    hasState: true,
    answer: (page) => {
      pages.push(page);
      return Promise.resolve();
    },
  };
}

/** The quoted name of the table of grants. */
export function grantsTable(db: Database): string {
  return `${quoteIdentifier(db.schema)}.oauth_tokens`;
}

/** Lets a stored grant name other endpoints, sealed as a sign-in there would have done. */
export async function pointAt(
  vault: Vault,
  userId: string,
  changes: Partial<Pick<Grant, "tokenUrl" | "revokeUrl" | "portal">>,
): Promise<void> {
  const grant = { ...(await readGrant(vault, userId))!, ...changes };
  const [access, refresh, keyId] = await sealPair(vault.keyring, grant, grant);
  await vault.db.query(
    `UPDATE ${grantsTable(vault.db)} SET token_url = $2, revoke_url = $3, portal = $4,
       access_token = $5, refresh_token = $6, key_id = $7 WHERE user_id = $1`,
    [userId, grant.tokenUrl, grant.revokeUrl, grant.portal, access, refresh, keyId],
  );
}
