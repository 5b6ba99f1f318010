/** The end of a wearer's sign-in with all that is kept of it, for a wearer who is forgotten. */
import type { Database } from "../db/driver/database.ts";
import { listGrants } from "../db/vault/grants.ts";
import {
  appOf,
  endpointsOf,
  openKeyring,
  recoveryFilesOf,
  type SignInSettings,
} from "./open_wearer.ts";
import { discardKept } from "./recovery.ts";
import { signOut } from "./sign_out.ts";

/**
 * Revokes the grant at Oura where there is one, removes it, and removes the wearer's recovery files.
 * @throws {OuraUnavailableError} When Oura cannot be asked; the grant is kept for another try.
 */
export async function removeSignIn(
  settings: SignInSettings,
  db: Database,
  userId: string,
): Promise<void> {
  const isSignedIn = (await listGrants(db)).some((grant) => grant.userId === userId);
  // Without a grant and a key nothing encrypted can be there.
  if (!isSignedIn && settings.tokenKey === null && settings.connection.kind !== "embedded") return;
  const vault = { db, keyring: await openKeyring(settings) };
  const recovery = await recoveryFilesOf(settings, vault, userId);
  if (isSignedIn) {
    const context = { vault, recovery, app: appOf(settings), endpoints: endpointsOf(settings) };
    await signOut(context, userId);
  }
  await discardKept(recovery, () => true);
}
