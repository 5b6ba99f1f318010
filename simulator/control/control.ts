/** `/_sim/…`: how a test in another process steers the simulator. See README.md for the routes. */
import { staticToken } from "../api/access.ts";
import { badRequest, json } from "../api/answers.ts";
import type { RateLimit } from "../api/rate_limit.ts";
import type { Faults } from "../faults/rules.ts";
import type { OAuthState } from "../oauth/state.ts";
import { changeSettings, type Settings } from "../settings.ts";
import type { Stats } from "../stats.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { World } from "../world/world.ts";
import { bodyOf, textOf } from "./body.ts";
import { answerFaultControl } from "./faults.ts";
import { answerOAuthControl } from "./oauth.ts";
import { answerTruth } from "./truth.ts";
import { answerWebhookControl } from "./webhooks.ts";

/** The parts of a simulator that can be steered. */
export interface Steered {
  readonly world: World;
  readonly settings: Settings;
  readonly stats: Stats;
  readonly rateLimit: RateLimit;
  readonly oauth: OAuthState;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
}

/** Answers a control request; `path` is what follows `/_sim/`. A bad request gets a 400. */
export async function answerControl(
  simulator: Steered,
  request: Request,
  url: URL,
  path: string,
): Promise<Response> {
  const route = `${request.method} ${path}`;
  try {
    const body = request.method === "POST" ? await bodyOf(request) : {};
    return answerTruth(simulator.world, url.searchParams, route) ??
      answerOAuthControl(simulator.oauth, route, body) ??
      answerFaultControl(simulator.faults, route, body) ??
      await answerWebhookControl(simulator.webhooks, route, body) ??
      answer(simulator, route, body) ??
      json({ detail: "no such control route" }, 404);
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) {
      return badRequest(error.message);
    }
    throw error;
  }
}

function answer(
  simulator: Steered,
  route: string,
  body: Record<string, unknown>,
): Response | undefined {
  const { world, stats, settings } = simulator;
  switch (route) {
    case "POST clock":
      if (body.now !== undefined) world.setNow(textOf(body, "now"));
      if (body.advance !== undefined) world.advance(textOf(body, "advance"));
      return clock(simulator);
    case "GET clock":
      return clock(simulator);
    case "GET wearers":
      return wearers(simulator);
    case "GET stats":
      return json(stats);
    case "POST stats/reset":
      stats.reset();
      return json({});
    case "GET settings":
      return json(settings);
    case "POST settings":
      changeSettings(settings, body);
      return json(settings);
    case "POST rate-limit/reset":
      simulator.rateLimit.reset();
      return json({});
    default:
      return undefined;
  }
}

function clock({ world }: Steered): Response {
  return json({ now: new Date(world.now).toISOString() });
}

function wearers({ world }: Steered): Response {
  return json(world.wearers.map((wearer) => ({
    id: wearer.id,
    token: staticToken(wearer.id),
    zone: wearer.home,
    ring: wearer.ring,
    firstDay: wearer.date(wearer.firstDay),
    today: wearer.date(wearer.dayAt(world.now)),
  })));
}
