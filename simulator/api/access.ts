/** Who asks, and what they may see. */
import type { Wearer } from "../world/wearer.ts";
import { empty, html, json } from "./answers.ts";
import type { Route } from "./routes.ts";

/** What an access token opens. */
export interface Access {
  readonly wearer: Wearer;
  /** Bare scope names. */
  readonly scopes: ReadonlySet<string>;
}

/** The Bearer token of a request. */
export function bearerOf(request: Request): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "");
  return match?.[1];
}

/** The refusal of an access to a route; undefined when it is granted. Bodies differ by route, as in life. */
export function refusalOf(access: Access, route: Route): Response | undefined {
  const { wearer, scopes } = access;
  const needsMembership = wearer.ring !== "gen1" && wearer.ring !== "gen2";
  if (needsMembership && !wearer.membership) return json({ detail: "Forbidden" }, 403);
  if (route.scope === null || scopes.has(route.scope)) return undefined;
  if (route.refusal === 401) return empty(401);
  return route.family === "datetime"
    ? html(403, "403 Forbidden")
    : json({ detail: "Forbidden" }, 403);
}

/** The personal access token of a wearer. */
export function staticToken(userId: string): string {
  return `sim-${userId}`;
}
