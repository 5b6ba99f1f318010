/** The demo's sign-in: the real protocol, without a click, because the simulator approves. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { OuraUnavailableError } from "../../lib/errors.ts";
import type { Authorization } from "../../lib/oura/oauth/authorization.ts";
import { choosePortals } from "../../lib/oura/oauth/portals.ts";
import { type ObtainedRedirect, signIn } from "../../lib/auth/sign_in.ts";
import { appOf, openKeyring, recoveryFilesOf } from "../../lib/auth/open_wearer.ts";

/** Signs the simulated wearer in and returns the wearer's id. */
export async function signInUnattended(settings: Settings, db: Database): Promise<string> {
  const vault = { db, keyring: await openKeyring(settings) };
  const { userId } = await signIn({
    vault,
    app: appOf(settings)!,
    redirectUri: settings.redirectUri,
    portals: choosePortals(settings),
    apiUrl: settings.apiUrl,
    scopes: null,
    recoveryOf: (userId) => recoveryFilesOf(settings, vault, userId),
    obtainRedirect: followRedirect,
  });
  return userId;
}

async function followRedirect(authorization: Authorization): Promise<ObtainedRedirect> {
  const response = await fetch(authorization.url, { redirect: "manual" });
  await response.body?.cancel();
  const location = response.headers.get("location");
  if (location === null) {
    throw new OuraUnavailableError("DEMO_SIGN_IN", "The simulator did not approve the sign-in.");
  }
  return {
    parameters: new URL(location).searchParams,
    hasState: true,
    answer: () => Promise.resolve(),
  };
}
