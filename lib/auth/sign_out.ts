/** The end of a sign-in: revoked at Oura, then removed here. */
import type { Vault } from "../db/vault/grant.ts";
import { deleteGrant, readGrant } from "../db/vault/grants.ts";
import type { RecoveryFiles } from "../db/vault/recovery_files.ts";
import { OuraUnavailableError, UsageError } from "../errors.ts";
import { TransportError } from "../oura/oauth/bounded_fetch.ts";
import { type PortalName, requireTrustedEndpoint } from "../oura/oauth/portals.ts";
import {
  type OAuthApp,
  type RequestOptions,
  type RevocationOutcome,
  revokeGrant,
} from "../oura/oauth/token_endpoint.ts";
import { adoptStoredPair, discardKept } from "./recovery.ts";
import { notSignedIn } from "./sign_in_errors.ts";
import { command } from "../program_command.ts";

/**
 * Signs a wearer out. The stored data stays.
 * @returns Whether Oura still knew the grant and revoked it.
 * @throws {OuraUnavailableError} When Oura cannot be asked; the grant is kept for another try.
 */
export async function signOut(
  context: {
    vault: Vault;
    recovery: RecoveryFiles;
    app: OAuthApp | null;
    /** Endpoints from the environment that may receive tokens, besides those of Oura's portals. */
    endpoints?: readonly string[];
    request?: RequestOptions;
  },
  userId: string,
): Promise<boolean> {
  const { vault, recovery, app, request } = context;
  // A pair on disk may be the only one that still works.
  await adoptStoredPair(vault, recovery, userId);
  const grant = await readGrant(vault, userId);
  if (!grant) throw notSignedIn(userId);
  if (app?.clientId !== grant.clientId) throw wrongApp();
  requireTrustedEndpoint(grant.revokeUrl, context.endpoints ?? []);
  const portal = { name: grant.portal as PortalName, revokeUrl: grant.revokeUrl };
  let outcome: RevocationOutcome;
  try {
    outcome = await revokeGrant(portal, app, grant, request);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new OuraUnavailableError(
      "SIGN_OUT",
      `Oura could not revoke the grant: ${error.message}.`,
      {
        hint: `The sign-in was kept. Run ${command("auth logout")} again later.`,
      },
    );
  }
  if (outcome === "app_refused") throw wrongApp();
  await deleteGrant(vault.db, userId);
  await discardKept(recovery, (pair) => pair.obtainedAt <= grant.obtainedAt);
  return outcome === "revoked";
}

function wrongApp(): UsageError {
  return new UsageError("APP_CHANGED", "Revoking needs the app the wearer signed in through.", {
    hint: "Set OURA_CLIENT_ID and OURA_CLIENT_SECRET to that app's. The sign-in was kept.",
  });
}
