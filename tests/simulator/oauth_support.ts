/** What the tests of the sign-in share. */
import assert from "node:assert/strict";
import type { Simulator } from "../../simulator/mod.ts";
import { BASE, post } from "./support.ts";

/** The redirect URI both apps are registered with. */
export const REDIRECT = "http://localhost:8000/callback";
/** The app of the new portal. */
export const MOI = { client_id: "sim-app", client_secret: "sim-secret" };
/** The app of the old portal. */
export const LEGACY = { client_id: "sim-legacy-app", client_secret: "sim-legacy-secret" };
/** The authorize page of the new portal. */
export const MOI_AUTHORIZE = "/oauth/v2/ext/oauth-authorize";
/** The token endpoint of the new portal. */
export const MOI_TOKEN = "/oauth/v2/ext/oauth-token";

/** Opens an authorize page. */
export function authorize(
  simulator: Simulator,
  path: string,
  query: Record<string, string>,
): Promise<Response> {
  const url = new URL(path, BASE);
  url.search = new URLSearchParams({
    response_type: "code",
    redirect_uri: REDIRECT,
    state: "s1",
    ...query,
  }).toString();
  return simulator.handler(new Request(url));
}

/** The parameters an authorize page sends to the callback. */
export async function callbackOf(
  simulator: Simulator,
  path: string,
  query: Record<string, string>,
): Promise<URLSearchParams> {
  const response = await authorize(simulator, path, query);
  assert.equal(response.status, 302);
  return new URL(response.headers.get("location")!).searchParams;
}

/** A fresh code of the new portal. */
export async function codeOf(
  simulator: Simulator,
  query: Record<string, string> = {},
): Promise<string> {
  const callback = await callbackOf(simulator, MOI_AUTHORIZE, { client_id: "sim-app", ...query });
  return callback.get("code")!;
}

/** What a token endpoint answers. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope?: string;
}

/** Tokens of the new portal. */
export async function signIn(
  simulator: Simulator,
  query: Record<string, string> = {},
): Promise<Tokens> {
  const code = await codeOf(simulator, query);
  const response = await exchange(simulator, code);
  assert.equal(response.status, 200);
  return await response.json();
}

/** Exchanges a code at the new portal. */
export function exchange(
  simulator: Simulator,
  code: string,
  more: Record<string, string> = {},
): Promise<Response> {
  return post(simulator, MOI_TOKEN, {
    ...MOI,
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT,
    ...more,
  });
}

/** Spends a refresh token. */
export function refresh(simulator: Simulator, token: string, path = MOI_TOKEN): Promise<Response> {
  return post(simulator, path, { ...MOI, grant_type: "refresh_token", refresh_token: token });
}
