/** The whole of Oura behind one request handler. */
import { answerData } from "./api/data_api.ts";
import { type Access, staticToken } from "./api/access.ts";
import { json } from "./api/answers.ts";
import { RateLimit } from "./api/rate_limit.ts";
import { answerSandbox } from "./api/sandbox.ts";
import { answerControl, type Steered } from "./control/control.ts";
import { Faults } from "./faults/rules.ts";
import { applyFault } from "./faults/apply_fault.ts";
import { answerOAuth } from "./oauth/oauth.ts";
import { OAuthState } from "./oauth/state.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { Stats } from "./stats.ts";
import { answerWebhooks } from "./webhooks/api.ts";
import { Webhooks } from "./webhooks/webhooks.ts";
import type { World } from "./world/world.ts";

const DATA = "/v2/usercollection/";
const SANDBOX = "/v2/sandbox/usercollection/";
const OAUTH = "/oauth/";
const WEBHOOKS = "/v2/webhook/subscription";
const CONTROL = "/_sim/";

/** What may be chosen when a simulator is made. */
export interface SimulatorOptions extends Partial<Settings> {
  /** The real clock in milliseconds, for token lifetimes and rate limits. */
  readonly clock?: () => number;
}

/** A running Oura: the world it serves and everything tests may look at or steer. */
export class Simulator implements Steered {
  readonly settings: Settings;
  readonly stats = new Stats();
  readonly rateLimit: RateLimit;
  readonly oauth: OAuthState;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  readonly #clock: () => number;
  readonly #stopping = new AbortController();

  constructor(readonly world: World, options: SimulatorOptions = {}) {
    const { clock = Date.now, ...settings } = options;
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.#clock = clock;
    this.faults = new Faults(world.seed);
    this.rateLimit = new RateLimit(this.settings, clock);
    this.oauth = new OAuthState(world, this.settings, this.stats, clock);
    const { apps } = this.oauth;
    this.webhooks = new Webhooks(world, this.settings, apps, clock, this.#stopping.signal);
  }

  /** Answers any request: data, OAuth, webhooks, and the control routes under `/_sim/`. */
  readonly handler = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname.startsWith(CONTROL)) {
      return await answerControl(this, request, url, url.pathname.slice(CONTROL.length));
    }
    this.stats.begin();
    let status = 500;
    try {
      const response = await this.#answerOrSpoil(request, url);
      response.headers.set("x-trace-id", crypto.randomUUID());
      status = response.status;
      return response;
    } finally {
      const { method } = request;
      this.stats.end({ method, path: url.pathname, query: url.search.slice(1), status });
    }
  };

  /** Lets go of all requests that a fault holds up. */
  stop(): void {
    this.#stopping.abort();
  }

  #answerOrSpoil(request: Request, url: URL): Promise<Response> {
    const answer = () => this.#answer(request, url);
    const fault = this.faults.take(`${request.method} ${url.pathname}${url.search}`);
    const { signal: stopping } = this.#stopping;
    return fault ? applyFault(fault, { url, answer, stopping, now: this.#clock() }) : answer();
  }

  async #answer(request: Request, url: URL): Promise<Response> {
    const path = url.pathname;
    if (path.startsWith(DATA)) return answerData(this, request, url, path.slice(DATA.length));
    if (path.startsWith(SANDBOX)) {
      return answerSandbox(this, request, url, path.slice(SANDBOX.length));
    }
    if (path === WEBHOOKS || path.startsWith(`${WEBHOOKS}/`)) {
      return await answerWebhooks(this.webhooks, request, path.slice(WEBHOOKS.length + 1));
    }
    const answer = path.startsWith(OAUTH) ? await answerOAuth(this.oauth, request, url) : undefined;
    return answer ?? json({ detail: "Not Found" }, 404);
  }

  /** What an access token opens: a wearer's static token, `sim-<id>`, or one that OAuth issued. */
  accessOf(token: string): Access | undefined {
    const wearer = this.world.wearers.find((one) => token === staticToken(one.id));
    if (wearer) return { wearer, scopes: new Set(wearer.scopes) };
    return this.oauth.grants.accessOf(token);
  }
}

/** A simulator over a world, without a socket. */
export function createSimulator(world: World, options: SimulatorOptions = {}): Simulator {
  return new Simulator(world, options);
}
