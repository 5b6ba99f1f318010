/** The two halves of a participant's sign-in, with the browser's way to Oura between them. */
import type { SignInSettings } from "../../lib/auth/open_wearer.ts";
import {
  beginSignIn,
  finishSignIn,
  type SignedIn,
  type SignInParts,
} from "../../lib/auth/sign_in.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import {
  beginAttempt,
  claimAttempt,
  finishAttempt,
  type Invitation,
  releaseAttempt,
  secretHash,
} from "../../lib/db/store/invitations.ts";
import { seal, type SealContext, unseal } from "../../lib/db/vault/cipher.ts";
import type { Vault } from "../../lib/db/vault/grant.ts";
import type { RecoveryFiles } from "../../lib/db/vault/recovery_files.ts";
import { choosePortals, type Portal } from "../../lib/oura/oauth/portals.ts";
import type { OAuthApp, RequestOptions } from "../../lib/oura/oauth/token_endpoint.ts";
import { type ScopedType, scopesToAsk } from "./what_is_read.ts";

/** What every sign-in here shares. */
export interface JoinParts {
  readonly db: Database;
  readonly vault: Vault;
  readonly settings: SignInSettings;
  readonly app: OAuthApp;
  readonly redirectUri: string;
  readonly types: readonly ScopedType[];
  readonly recoveryOf: (userId: string) => Promise<RecoveryFiles>;
  readonly request: RequestOptions;
  readonly now: () => Date;
}

/**
 * Starts an attempt in place of an earlier one.
 * @param browser The value of the browser's cookie.
 * @returns Oura's page; null when another attempt is just finishing, or the link is used.
 */
export async function begin(
  parts: JoinParts,
  { id }: Invitation,
  browser: string,
): Promise<string | null> {
  const { db, vault, now } = parts;
  const { url, state, codeVerifier, portal } = await beginSignIn(signInParts(parts));
  const verifier = await seal(vault.keyring, codeVerifier, boundTo(id));
  const attempt = {
    stateHash: await secretHash(state),
    browserHash: await secretHash(browser),
    verifier,
    portal: portal.name,
  };
  return await beginAttempt(db, id, attempt, now()) ? url : null;
}

/** What the browser brings back. */
export interface Return {
  readonly state: string;
  readonly browser: string;
  readonly parameters: URLSearchParams;
}

/**
 * Finishes the attempt with this state: once, in the browser that started it.
 * @returns Null when no attempt has this state. Throws as `finishSignIn()` does; the link then stays open.
 */
export async function finish(
  parts: JoinParts,
  { state, browser, parameters }: Return,
): Promise<{ study: string | null; signedIn: SignedIn } | null> {
  const { db, vault, now } = parts;
  const hashes = { stateHash: await secretHash(state), browserHash: await secretHash(browser) };
  const claimed = await claimAttempt(db, hashes, now());
  if (claimed === null) return null;
  const { invitation: { id, study }, verifier } = claimed;
  try {
    const codeVerifier = await unseal(vault.keyring, verifier, boundTo(id));
    const signedIn = await finishSignIn(
      {
        ...signInParts(parts),
        beforeGrant: (tx, userId) => finishAttempt(tx, claimed, userId, now()),
      },
      {
        portal: portalNamed(parts, claimed.portal),
        redirectUri: parts.redirectUri,
        state,
        codeVerifier,
      },
      { parameters, hasState: true },
    );
    return { study, signedIn };
  } catch (error) {
    await releaseAttempt(db, claimed);
    throw error;
  }
}

function boundTo(invitation: number): SealContext {
  return { userId: "", kind: "verifier", invitation };
}

function signInParts(
  { vault, settings, app, redirectUri, types, recoveryOf, request, now }: JoinParts,
): SignInParts {
  return {
    vault,
    app,
    redirectUri,
    portals: choosePortals(settings),
    apiUrl: settings.apiUrl,
    scopes: (portal) => scopesToAsk(types, portal),
    recoveryOf,
    request,
    now,
  };
}

function portalNamed({ settings }: JoinParts, name: string): Portal {
  const { candidates, known } = choosePortals(settings);
  return [...candidates, ...known].find((portal) => portal.name === name) ?? candidates[0];
}
