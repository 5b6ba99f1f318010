/** The whole of Oura behind one request handler. */
import { answerData } from "./api/data_api.ts";
import type { Access } from "./api/access.ts";
import { json } from "./api/answers.ts";
import { RateLimit } from "./api/rate_limit.ts";
import { answerControl } from "./control.ts";
import { OAuth } from "./oauth/oauth.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { Stats } from "./stats.ts";
import type { World } from "./world/world.ts";

const DATA = "/v2/usercollection/";
const OAUTH = "/oauth/";
const CONTROL = "/_sim/";

/** What may be chosen when a simulator is made. */
export interface SimulatorOptions extends Partial<Settings> {
  /** The real clock in milliseconds, for token lifetimes and rate limits. */
  readonly clock?: () => number;
}

/** A running Oura: the world it serves and everything tests may look at or steer. */
export class Simulator {
  readonly settings: Settings;
  readonly stats = new Stats();
  readonly rateLimit: RateLimit;
  readonly oauth: OAuth;

  constructor(readonly world: World, options: SimulatorOptions = {}) {
    const { clock = Date.now, ...settings } = options;
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.rateLimit = new RateLimit(this.settings, clock);
    this.oauth = new OAuth(world, this.settings, this.stats, clock);
  }

  /** Answers any request: data, OAuth, webhooks, and the control routes under `/_sim/`. */
  readonly handler = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname.startsWith(CONTROL)) {
      return await answerControl(this, request, url, url.pathname.slice(CONTROL.length));
    }
    this.stats.begin();
    const response = await this.#answer(request, url);
    response.headers.set("x-trace-id", crypto.randomUUID());
    const { method } = request;
    const query = url.search.slice(1);
    this.stats.end({ method, path: url.pathname, query, status: response.status });
    return response;
  };

  async #answer(request: Request, url: URL): Promise<Response> {
    const path = url.pathname;
    if (path.startsWith(DATA)) return answerData(this, request, url, path.slice(DATA.length));
    const answer = path.startsWith(OAUTH) ? await this.oauth.answer(request, url) : undefined;
    return answer ?? json({ detail: "Not Found" }, 404);
  }

  /** What an access token opens: a wearer's static token, `sim-<id>`, or one that OAuth issued. */
  accessOf(token: string): Access | undefined {
    const wearer = this.world.wearers.find((one) => token === staticToken(one.id));
    if (wearer) return { wearer, scopes: new Set(wearer.scopes) };
    return this.oauth.grants.accessOf(token);
  }
}

/** The personal access token of a wearer. */
export function staticToken(userId: string): string {
  return `sim-${userId}`;
}

/** A simulator over a world, without a socket. */
export function createSimulator(world: World, options: SimulatorOptions = {}): Simulator {
  return new Simulator(world, options);
}
