/** What both authorization servers know: apps, grants, and what the person at the page does. */
import type { Settings } from "../settings.ts";
import type { Stats } from "../stats.ts";
import { SCOPES, type Wearer } from "../world/wearer.ts";
import type { World } from "../world/world.ts";
import { Apps } from "./apps.ts";
import { Grants } from "./grants.ts";

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

/** The state of both servers; the other files of this folder use it. */
export class OAuthState {
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
}
