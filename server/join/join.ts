/**
 * The sign-in of participants by a one-time link. A person opens the link, reads what is stored,
 * consents, signs in at Oura and comes back. What protects it: the token of the link, a cookie that
 * ties the attempt to one browser, the state, PKCE, and a claim that only one attempt can hold.
 */
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import {
  appOf,
  openVault,
  recoveryFilesOf,
  type SignInSettings,
} from "../../lib/auth/open_wearer.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { findInvitation, type Invitation, secretHash } from "../../lib/db/store/invitations.ts";
import { OuraSyncError, UsageError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import type { RequestOptions } from "../../lib/oura/oauth/token_endpoint.ts";
import { remoteOf } from "../remote.ts";
import { RemoteLimit } from "../remote_limit.ts";
import { begin, finish, type JoinParts } from "./attempt.ts";
import { noticeOf } from "./notice_of.ts";
import {
  consentPage,
  leavePage,
  type NoticeName,
  noticePage,
  NOTICES,
  type Page,
  thanksPage,
} from "./pages.ts";
import STYLE from "./style.css" with { type: "text" };
import { notShared, type ScopedType, whatIsRead } from "./what_is_read.ts";

/** What {@linkcode join} needs. */
export interface JoinOptions {
  readonly db: Database;
  readonly settings: SignInSettings;
  /** Where this server is reached from outside, such as `https://oura.example.org`. */
  readonly publicUrl: string;
  /** The data types that are synced. */
  readonly types: readonly ScopedType[];
  /** @default The clock */
  readonly now?: () => Date;
  /** Requests of one remote in a minute. @default 120 */
  readonly mostPerMinute?: number;
  readonly request?: RequestOptions;
}

/** The policy of the dashboard, but for the one form, which goes to this server only. */
export const JOIN_POLICY =
  "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'none'; connect-src 'none'; " +
  "font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const COOKIE = "oura_sync_join";
/** 32 random bytes in base64url: the token of a link, and the value of the cookie. */
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** The address that must be registered at Oura as a redirect URI. */
export function joinRedirectUri(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, "")}/join/callback`;
}

/**
 * The routes under `/join`, to be mounted at the root.
 * @throws {UsageError} When the settings have no app, or no key for the tokens.
 */
export async function join(options: JoinOptions): Promise<Hono> {
  const { publicUrl, types, now = () => new Date() } = options;
  const parts = await partsOf(options, now);
  const isSecure = publicUrl.startsWith("https:");
  const app = new Hono();
  app.use("/join/*", headers(), limited(options.mostPerMinute ?? 120, now));
  app.get("/join/style.css", (c) => c.body(STYLE, 200, { "Content-Type": "text/css" }));

  app.get("/join/callback", async (c) => {
    const parameters = new URL(c.req.url).searchParams;
    const browser = getCookie(c, COOKIE);
    const state = parameters.get("state");
    if (browser === undefined || state === null) return show(c, "stale");
    const outcome = await finish(parts, { state, browser, parameters });
    if (outcome === null) return show(c, "stale");
    return page(c, thanksPage(outcome.study, notShared(types, outcome.signedIn)));
  });

  app.get("/join/:token", async (c) => {
    const { token, invitation } = await invitationOf(c, parts.db);
    const closed = whyClosed(invitation, now());
    if (closed !== null) return show(c, closed);
    const held = getCookie(c, COOKIE) ?? "";
    const browser = SECRET.test(held) ? held : newSecret();
    setCookie(c, COOKIE, browser, {
      httpOnly: true,
      sameSite: "Lax",
      path: "/join",
      secure: isSecure,
    });
    const proof = await proofOf(browser, token);
    return page(c, consentPage({ study: invitation!.study, reads: whatIsRead(types), proof }));
  });

  app.post("/join/:token", async (c) => {
    const { token, invitation } = await invitationOf(c, parts.db);
    const closed = whyClosed(invitation, now());
    if (closed !== null) return show(c, closed);
    const browser = getCookie(c, COOKIE);
    if (browser === undefined || !await isOurForm(c, publicUrl, browser, token)) {
      return show(c, "forged");
    }
    const url = await begin(parts, invitation!, browser);
    return url === null ? show(c, "busy") : page(c, leavePage(url));
  });

  app.all("/join/*", (c) => show(c, "unknown"));
  app.onError((error, c) => {
    const notice = noticeOf(error);
    // The message may name an account, and a request carries codes: only the kind is logged.
    const code = error instanceof OuraSyncError ? error.code : "BUG";
    loggerOf("join").warn("A participant's sign-in did not finish: {code}", { code });
    return show(c, notice);
  });
  return app;
}

async function partsOf(
  { db, settings, publicUrl, types, request = {} }: JoinOptions,
  now: () => Date,
): Promise<JoinParts> {
  const app = appOf(settings);
  if (app === null) {
    throw new UsageError("APP_MISSING", "OURA_CLIENT_ID and OURA_CLIENT_SECRET are not set.", {
      hint: `Register an app at Oura with the redirect URI ${joinRedirectUri(publicUrl)}.`,
    });
  }
  const vault = await openVault(settings, db);
  return {
    db,
    vault,
    settings,
    app,
    redirectUri: joinRedirectUri(publicUrl),
    types,
    recoveryOf: (userId) => recoveryFilesOf(settings, vault, userId),
    request,
    now,
  };
}

function headers(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.header("Content-Security-Policy", JOIN_POLICY);
    c.header("Referrer-Policy", "no-referrer");
    c.header("Cache-Control", "no-store");
    c.header("X-Content-Type-Options", "nosniff");
    c.header("X-Frame-Options", "DENY");
  };
}

function limited(most: number, now: () => Date): MiddlewareHandler {
  const limit = new RemoteLimit(most, most / 60);
  return async (c, next) => {
    const [remote, at] = [remoteOf(c), now().getTime()];
    const seconds = limit.waitSeconds(remote, at);
    if (seconds > 0) {
      c.header("Retry-After", String(seconds));
      return show(c, "too_many");
    }
    limit.count(remote, at);
    return await next();
  };
}

async function invitationOf(c: Context, db: Database) {
  const token = c.req.param("token") ?? "";
  const invitation = SECRET.test(token) ? await findInvitation(db, await secretHash(token)) : null;
  return { token, invitation };
}

function whyClosed(invitation: Invitation | null, now: Date): NoticeName | null {
  if (invitation === null) return "unknown";
  if (invitation.usedAt !== null) return "used";
  return invitation.expiresAt <= now ? "expired" : null;
}

/** Whether the form is the one that this browser was shown, on our own page. */
async function isOurForm(
  c: Context,
  publicUrl: string,
  browser: string,
  token: string,
): Promise<boolean> {
  const site = c.req.header("sec-fetch-site") ?? "same-origin";
  const origin = c.req.header("origin");
  const isOwn = site === "same-origin" || site === "none";
  // Under `Referrer-Policy: no-referrer` a browser names no origin: it sends "null".
  const isOurs = origin === undefined || origin === "null" || origin === new URL(publicUrl).origin;
  if (!isOwn || !isOurs) return false;
  const form = await c.req.parseBody();
  return form.proof === await proofOf(browser, token);
}

function proofOf(browser: string, token: string): Promise<string> {
  return secretHash(`${browser} ${token}`);
}

function newSecret(): string {
  return crypto.getRandomValues(new Uint8Array(32))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

function page(c: Context, markup: Page): Response | Promise<Response> {
  return c.html(markup);
}

function show(c: Context, name: NoticeName): Response | Promise<Response> {
  const notice = NOTICES[name];
  return c.html(noticePage(notice), notice.status);
}
