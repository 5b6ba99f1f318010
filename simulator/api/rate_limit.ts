import type { Settings } from "../settings.ts";

/**
 * Requests per token and window, and requests of all tokens in any span of a window. Only a refusal tells of it: the five headers come with a 429 and with
 * nothing else.
 */
export class RateLimit {
  readonly #used = new Map<string, { count: number; until: number }>();
  /** When the requests of the last window came, oldest first. */
  #arrivals: number[] = [];

  /** @param clock Milliseconds of the real clock: limits are about the present, not the simulated one. */
  constructor(readonly settings: Settings, readonly clock: () => number) {}

  /** Counts a request; the 429 when it is one too many. */
  take(token: string): Response | undefined {
    return this.#takeOfApp() ?? this.#takeOfToken(token);
  }

  #takeOfApp(): Response | undefined {
    const { appLimit, rateWindow } = this.settings;
    if (appLimit === 0) return undefined;
    const now = this.clock();
    this.#arrivals = this.#arrivals.filter((at) => at > now - rateWindow * 1_000);
    this.#arrivals.push(now);
    if (this.#arrivals.length <= appLimit) return undefined;
    const until = this.#arrivals.at(-1 - appLimit)! + rateWindow * 1_000;
    return tooMany(appLimit, rateWindow, until, now, "application");
  }

  #takeOfToken(token: string): Response | undefined {
    const { rateLimit, rateWindow } = this.settings;
    if (rateLimit === 0) return undefined;
    const now = this.clock();
    let used = this.#used.get(token);
    if (!used || now >= used.until) {
      used = { count: 0, until: now + rateWindow * 1_000 };
      this.#used.set(token, used);
    }
    used.count++;
    return used.count > rateLimit ? tooMany(rateLimit, rateWindow, used.until, now) : undefined;
  }

  /** Forgets all requests. */
  reset(): void {
    this.#used.clear();
    this.#arrivals = [];
  }
}

/** A 429 as Oura sends it. */
export function tooMany(
  limit: number,
  window: number,
  until: number,
  now: number,
  tier = "access_token",
): Response {
  return new Response(null, {
    status: 429,
    headers: {
      "retry-after": String(Math.max(1, Math.ceil((until - now) / 1_000))),
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-window": String(window),
      "x-ratelimit-reset": String(Math.ceil(until / 1_000)),
      "x-ratelimit-tier": tier,
    },
  });
}
