/**
 * Who may ask: requests must name a host this server was started for, so that a foreign page cannot
 * reach it under a name of its own (DNS rebinding), and beyond loopback they must prove a token.
 */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { RequestError } from "./errors.ts";
import { isSameText } from "./same_text.ts";

/** Sent on every page, to the letter. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const COOKIE = "oura_sync_token";
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const ANY = ["0.0.0.0", "[::]", "::"];
/** An address in digits cannot be rebound. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

/** Sets the headers every answer has. */
export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    // The consent page has a form, and a policy of its own.
    if (!c.res.headers.has("Content-Security-Policy")) {
      c.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    }
    c.header("X-Content-Type-Options", "nosniff");
    c.header("X-Frame-Options", "DENY");
    c.header("Referrer-Policy", "no-referrer");
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    c.header("Cross-Origin-Resource-Policy", "same-origin");
    c.header("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  };
}

/** Refuses every host but those of this server, every method but reading, and other sites. */
export function onlyOwnHost(hostname: string): MiddlewareHandler {
  return async (c, next) => {
    if (!isOwnHost(c.req.header("host") ?? new URL(c.req.url).host, hostname)) {
      throw new RequestError(421, "FOREIGN_HOST", "this server does not answer for that host");
    }
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      throw new RequestError(405, "ONLY_READING", "this server only answers GET and HEAD");
    }
    // A link from elsewhere may lead to a page; nothing else of another site may ask here.
    const site = c.req.header("sec-fetch-site");
    const isNavigation = c.req.header("sec-fetch-mode") === "navigate";
    if (site === "cross-site" && !isNavigation) {
      throw new RequestError(403, "CROSS_SITE", "requests of other sites are refused");
    }
    await next();
  };
}

function isOwnHost(header: string, hostname: string): boolean {
  const name = header.replace(/:\d*$/, "").toLowerCase();
  if (LOOPBACK.includes(name)) return true;
  if (ANY.includes(hostname)) return ADDRESS.test(name);
  return name === hostname.toLowerCase() || name === `[${hostname.toLowerCase()}]`;
}

/** Whether a server on this address is reachable from this machine only. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.includes(hostname) || hostname === "::1" || hostname.startsWith("127.");
}

/**
 * Asks for the token: in the address once, which sets a cookie and leads to the address without it;
 * as `Authorization: Bearer` for monitors.
 */
export function onlyWithToken(token: string): MiddlewareHandler {
  return async (c, next) => {
    const given = c.req.query("token");
    if (given !== undefined && isSameText(given, token)) {
      setCookie(c, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/" });
      return c.redirect(withoutToken(c), 303);
    }
    const bearer = c.req.header("authorization")?.replace(/^Bearer /, "");
    const held = getCookie(c, COOKIE) ?? bearer;
    if (held === undefined || !isSameText(held, token)) {
      throw new RequestError(
        403,
        "PAGE_TOKEN_MISSING",
        "open the address that the program printed: it carries the token",
      );
    }
    return await next();
  };
}

function withoutToken(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete("token");
  return `${url.pathname}${url.search}`;
}
