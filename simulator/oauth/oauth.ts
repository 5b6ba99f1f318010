/** Both of Oura's authorization servers. */
import { bearerOf } from "../api/access.ts";
import { empty, json } from "../api/answers.ts";
import { SCOPES } from "../world/wearer.ts";
import type { Portal } from "./apps.ts";
import { authorize } from "./authorize.ts";
import { clientOf } from "./client.ts";
import { grantedNames } from "./scopes.ts";
import type { OAuthState } from "./state.ts";
import { token } from "./token.ts";

const MOI = "/oauth/v2/ext/";

/**
 * Answers a request under `/oauth/`: authorize pages, token endpoints, revocation, introspection,
 * discovery. Undefined for an unknown path.
 */
export async function answerOAuth(
  oauth: OAuthState,
  request: Request,
  url: URL,
): Promise<Response | undefined> {
  const portal: Portal = url.pathname.startsWith(MOI) ? "moi" : "legacy";
  const name = portal === "moi"
    ? url.pathname.slice(MOI.length).replace(/^oauth-(?!anonymous)/, "")
    : url.pathname.slice("/oauth/".length);
  switch (`${request.method} ${portal} ${name}`) {
    case "GET legacy authorize":
    case "GET moi authorize":
      return authorize(oauth, url, portal);
    case "POST legacy token":
    case "POST moi token":
      return await token(oauth, request, portal);
    case "POST legacy revoke":
      return revokeLegacy(oauth, request, url);
    case "POST moi revoke":
      return await revoke(oauth, request);
    case "POST moi introspect":
      return await introspect(oauth, request);
    case "GET moi oauth-anonymous/.well-known/openid-configuration":
      return discovery(oauth, url);
    default:
      return undefined;
  }
}

/** The old way: the access token in the query, or the refresh token as Bearer. */
function revokeLegacy({ grants }: OAuthState, request: Request, url: URL): Response {
  const grant = grants.grantOf(url.searchParams.get("access_token") ?? bearerOf(request) ?? "");
  if (!grant) return empty(401);
  grant.revoked = true;
  return empty(200);
}

/** RFC 7009: an unknown token counts as revoked. */
async function revoke({ apps, grants }: OAuthState, request: Request): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const app = clientOf(apps, request, form);
  if (!app) return json({ error: "invalid_client" }, 401);
  const grant = grants.grantOf(form.get("token") ?? "");
  if (grant?.app.clientId === app.clientId) grant.revoked = true;
  return empty(200);
}

async function introspect({ apps, grants }: OAuthState, request: Request): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const app = clientOf(apps, request, form);
  if (!app) return json({ error: "invalid_client" }, 401);
  const grant = grants.grantOf(form.get("token") ?? "");
  if (grant?.app.clientId !== app.clientId) return json({ active: false });
  return json({
    active: true,
    client_id: app.clientId,
    sub: grant.wearer.id,
    scope: grantedNames(grant.scopes, grant.app),
  });
}

function discovery(oauth: OAuthState, url: URL): Response {
  const at = (name: string) => new URL(`${MOI}oauth-${name}`, url).href;
  return json({
    issuer: oauth.issuer(url),
    authorization_endpoint: at("authorize"),
    token_endpoint: at("token"),
    revocation_endpoint: at("revoke"),
    introspection_endpoint: at("introspect"),
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    scopes_supported: grantedNames(SCOPES).split(" "),
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    code_challenge_methods_supported: ["S256", "plain"],
    authorization_response_iss_parameter_supported: true,
  });
}
