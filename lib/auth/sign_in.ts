/** One sign-in from the authorize URL to the stored grant. */
import type { Queryable } from "../db/driver/database.ts";
import type { Vault } from "../db/vault/grant.ts";
import { saveGrant } from "../db/vault/grants.ts";
import type { RecoveryFiles, StoredPair } from "../db/vault/recovery_files.ts";
import { OuraUnavailableError, SignInError, UsageError } from "../errors.ts";
import {
  type Authorization,
  beginAuthorization,
  type Callback,
  probeAuthorization,
  readCallback,
} from "../oura/oauth/authorization.ts";
import type { CallbackPage } from "../oura/oauth/callback_pages.ts";
import {
  exchangeOrder,
  type Portal,
  type PortalChoice,
  type PortalName,
  portalOfIssuer,
} from "../oura/oauth/portals.ts";
import type { TokenSet } from "../oura/oauth/token_answer.ts";
import { exchangeCode, type OAuthApp, type RequestOptions } from "../oura/oauth/token_endpoint.ts";
import { readWearerId } from "../oura/oauth/wearer.ts";
import { discardKept } from "./recovery.ts";
import { command } from "../program_command.ts";

/** The redirect as it reached us: caught by the local server, or pasted. */
export interface ObtainedRedirect {
  readonly parameters: URLSearchParams;
  /** False when only a code was pasted, without the state that came with it. */
  readonly hasState: boolean;
  /** Tells the browser how it ended. */
  answer(page: CallbackPage): Promise<void>;
}

/** What both halves of a sign-in need. */
export interface SignInParts {
  readonly vault: Vault;
  readonly app: OAuthApp;
  readonly redirectUri: string;
  readonly portals: PortalChoice;
  readonly apiUrl: string;
  /** Scopes to ask a portal for; null asks for all. */
  readonly scopes: readonly string[] | null | ((portal: PortalName) => readonly string[]);
  /** The recovery files of a wearer: a new sign-in makes the earlier ones worthless. */
  readonly recoveryOf: (userId: string) => Promise<RecoveryFiles>;
  /** Runs in the transaction that stores the grant, before it is stored; throwing stores nothing. */
  readonly beforeGrant?: (tx: Queryable, userId: string) => Promise<void>;
  readonly request?: RequestOptions;
  readonly now?: () => Date;
}

/** What a sign-in needs that one program does from beginning to end. */
export interface SignInOptions extends SignInParts {
  /** Sends the person to the URL and waits for the redirect. */
  readonly obtainRedirect: (authorization: Authorization) => Promise<ObtainedRedirect>;
}

/** A sign-in that worked; no token in it. */
export interface SignedIn {
  readonly userId: string;
  /** Granted scopes without prefix; null when Oura did not say. */
  readonly scopes: readonly string[] | null;
  readonly portal: string;
  readonly expiresAt: Date;
}

/**
 * Signs a wearer in and stores the grant with the endpoint that issued it.
 * @throws {UsageError} When app or redirect URI are not as registered at Oura.
 * @throws {SignInError} When consent was denied, or the code is expired or used.
 * @throws {OuraUnavailableError} When Oura gave no usable answer.
 */
export async function signIn(options: SignInOptions): Promise<SignedIn> {
  const authorization = await beginSignIn(options);
  const redirect = await options.obtainRedirect(authorization);
  try {
    const signedIn = await finishSignIn(options, authorization, redirect);
    await redirect.answer("success");
    return signedIn;
  } catch (error) {
    const denied = error instanceof SignInError && error.code === "SIGN_IN_DENIED";
    await redirect.answer(denied ? "refused" : "failed");
    throw error;
  }
}

/**
 * The first half: finds the portal that knows the app before anyone is sent there.
 * @throws {UsageError} `APP_UNKNOWN`, when app or redirect URI are not as registered at Oura.
 */
export async function beginSignIn(options: SignInParts): Promise<Authorization> {
  const { portals: { candidates }, scopes } = options;
  for (const portal of candidates) {
    const authorization = await beginAuthorization(portal, {
      clientId: options.app.clientId,
      redirectUri: options.redirectUri,
      scopes: typeof scopes === "function" ? scopes(portal.name) : scopes,
    });
    const probe = await probeAuthorization(authorization, options.request?.fetch);
    // A portal the person chose is used even when it passes the app on.
    if (probe === "open" || (probe === "sent_on" && candidates.length === 1)) return authorization;
  }
  throw new UsageError(
    "APP_UNKNOWN",
    "Oura does not know this app, or not with this redirect URI.",
    {
      hint: `Compare OURA_CLIENT_ID with the app's page at Oura, and register exactly this ` +
        `redirect URI there: ${options.redirectUri}`,
    },
  );
}

/**
 * The second half: from the redirect to the stored grant. Throws as {@linkcode signIn} does.
 * @param authorization As the first half returned it; its URL is not needed any more.
 */
export async function finishSignIn(
  options: SignInParts,
  authorization: Omit<Authorization, "url">,
  redirect: Pick<ObtainedRedirect, "parameters" | "hasState">,
): Promise<SignedIn> {
  const callback = readCallback(redirect.parameters, authorization, redirect.hasState);
  const { portal, tokens } = await exchange(options, authorization, callback);
  const obtainedAt = options.now?.() ?? new Date();
  const userId = await readWearerId(options.apiUrl, tokens.accessToken, options.request);
  const scopes = tokens.scopes ?? callback.scopes;
  const expiresAt = new Date(obtainedAt.getTime() + tokens.expiresIn * 1000);
  await saveGrant(options.vault, {
    userId,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    expiresAt,
    scopes,
    portal: portal.name,
    tokenUrl: portal.tokenUrl,
    revokeUrl: portal.revokeUrl,
    clientId: options.app.clientId,
    obtainedAt,
  }, options.beforeGrant);
  // Another process may have refreshed the new sign-in already: its pair stays.
  const isOver = (pair: StoredPair) => pair.obtainedAt.getTime() !== obtainedAt.getTime();
  await discardKept(await options.recoveryOf(userId), isOver);
  return { userId, scopes, portal: portal.name, expiresAt };
}

/** The first portal's refusal is the one reported: after it the code may be burnt for the others. */
async function exchange(
  options: SignInParts,
  authorization: Omit<Authorization, "url">,
  callback: Callback,
): Promise<{ portal: Portal; tokens: TokenSet }> {
  const issuer = portalOfIssuer(callback.issuer, options.portals);
  let refusal: SignInError | UsageError | undefined;
  for (const portal of exchangeOrder(options.portals, authorization.portal, issuer)) {
    const outcome = await exchangeCode(portal, options.app, {
      callback: callback.parameters,
      redirectUri: authorization.redirectUri,
      codeVerifier: authorization.codeVerifier,
    }, options.request);
    switch (outcome.kind) {
      case "granted":
        return { portal, tokens: outcome.tokens };
      case "refused":
        refusal ??= new SignInError("SIGN_IN_CODE", outcome.reason, {
          hint: `A code works once and for ten minutes. Run ${command("auth login")} again; if ` +
            "it stays so, " +
            `check that exactly this redirect URI is registered: ${options.redirectUri}`,
        });
        break;
      case "app_refused":
        refusal ??= new UsageError("APP_REFUSED", outcome.reason, {
          hint: "Compare OURA_CLIENT_ID and OURA_CLIENT_SECRET with the app's page at Oura, and " +
            "set OURA_PORTAL to the portal it is registered at (moi or legacy).",
        });
        break;
      case "not_taken":
      case "unknown":
        throw new OuraUnavailableError("SIGN_IN_ANSWER", outcome.reason, {
          hint: `Nothing was stored. Run ${command("auth login")} again later.`,
        });
    }
  }
  throw refusal ?? new Error("exchangeOrder() named no portal");
}
