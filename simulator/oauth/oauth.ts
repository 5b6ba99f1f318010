/** Both of Oura's authorization servers. */
import { empty, json } from "../api/answers.ts";
import { bearerOf } from "../api/access.ts";
import type { Settings } from "../settings.ts";
import type { Stats } from "../stats.ts";
import { SCOPES, type Wearer } from "../world/wearer.ts";
import type { World } from "../world/world.ts";
import { Apps, type Portal } from "./apps.ts";
import { authorize } from "./authorize.ts";
import { clientOf } from "./client.ts";
import { Grants } from "./grants.ts";
import { grantedNames } from "./scopes.ts";
import { token } from "./token.ts";

const MOI = "/oauth/v2/ext/";
const ISSUER = "/oauth/v2/ext/oauth-anonymous";

/** What the person at the consent page does. */
export interface Consent {
  readonly wearer: Wearer;
  readonly answer: "approve" | "deny" | "ask";
  /** Bare names of the scopes the person unticks. */
  readonly unticked: readonly string[];
}

/** How the next consent pages are answered when the request itself does not say. */
export interface ConsentPlan {
  user?: string;
  answer?: "approve" | "deny";
  untick?: readonly string[];
}

/** Authorize pages, token endpoints, revocation, introspection, discovery. */
export class OAuth {
  readonly apps = new Apps();
  readonly grants: Grants;
  plan: ConsentPlan = {};

  constructor(
    readonly world: World,
    readonly settings: Settings,
    readonly stats: Stats,
    clock: () => number,
  ) {
    this.grants = new Grants(clock);
  }

  /** Answers a request under `/oauth/`; undefined for a path nobody serves. */
  async answer(request: Request, url: URL): Promise<Response | undefined> {
    const portal: Portal = url.pathname.startsWith(MOI) ? "moi" : "legacy";
    const name = portal === "moi"
      ? url.pathname.slice(MOI.length).replace(/^oauth-(?!anonymous)/, "")
      : url.pathname.slice("/oauth/".length);
    switch (`${request.method} ${portal} ${name}`) {
      case "GET legacy authorize":
      case "GET moi authorize":
        return authorize(this, url, portal);
      case "POST legacy token":
      case "POST moi token":
        return await token(this, request, portal);
      case "POST legacy revoke":
        return this.#revokeLegacy(request, url);
      case "POST moi revoke":
        return await this.#revoke(request);
      case "POST moi introspect":
        return await this.#introspect(request);
      case "GET moi oauth-anonymous/.well-known/openid-configuration":
        return this.#discovery(url);
      default:
        return undefined;
    }
  }

  /** The issuer named in callbacks and discovery. */
  issuer(url: URL): string {
    return this.settings.issuer || new URL(ISSUER, url).href;
  }

  /** What the person does: as the request says (`approve`, `untick`, `user`), else as planned. Undefined for a stranger. */
  consentFor(query: URLSearchParams): Consent | undefined {
    const user = query.get("user") ?? this.plan.user ?? this.world.wearers[0]?.id;
    const wearer = this.world.wearers.find((one) => one.id === user);
    if (!wearer) return undefined;
    const said = query.get("approve");
    const unticked = said === "listed"
      ? SCOPES.filter((scope) => !query.getAll("allow").includes(scope))
      : query.get("untick")?.split(",") ?? this.plan.untick ?? [];
    if (said !== null) return { wearer, answer: said === "deny" ? "deny" : "approve", unticked };
    const usual = this.settings.consent === "page" ? "ask" : "approve";
    return { wearer, answer: this.plan.answer ?? usual, unticked };
  }

  /** The old way: the access token in the query, or the refresh token as Bearer. */
  #revokeLegacy(request: Request, url: URL): Response {
    const grant = this.grants.grantOf(
      url.searchParams.get("access_token") ?? bearerOf(request) ?? "",
    );
    if (!grant) return empty(401);
    grant.revoked = true;
    return empty(200);
  }

  /** RFC 7009: a token nobody knows is as good as revoked. */
  async #revoke(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const app = clientOf(this.apps, request, form);
    if (!app) return json({ error: "invalid_client" }, 401);
    const grant = this.grants.grantOf(form.get("token") ?? "");
    if (grant?.app.clientId === app.clientId) grant.revoked = true;
    return empty(200);
  }

  async #introspect(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const app = clientOf(this.apps, request, form);
    if (!app) return json({ error: "invalid_client" }, 401);
    const grant = this.grants.grantOf(form.get("token") ?? "");
    if (grant?.app.clientId !== app.clientId) return json({ active: false });
    return json({
      active: true,
      client_id: app.clientId,
      sub: grant.wearer.id,
      scope: grantedNames(grant.scopes),
    });
  }

  #discovery(url: URL): Response {
    const at = (name: string) => new URL(`${MOI}oauth-${name}`, url).href;
    return json({
      issuer: this.issuer(url),
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
}
