/** A client that asks a simulator in the same process, without a socket. */
import { OuraClient, type OuraClientSettings } from "../../mod.ts";
import {
  createSimulator,
  createWorld,
  type Simulator,
  staticToken,
  type WorldOptions,
} from "../../simulator/mod.ts";

/** Where the simulated Oura seems to be. */
export const BASE_URL = "http://127.0.0.1:1";

/** A simulator of a fixed present; it is never started. */
export function simulate(options: WorldOptions = {}): Simulator {
  return createSimulator(createWorld({ now: "2026-10-15T12:00:00Z", days: 120, ...options }));
}

/** `fetch` that is answered by the simulator. */
export function fetchFrom(simulator: Simulator): typeof fetch {
  return (input, init) => simulator.handler(new Request(input, init));
}

/** A client of the first wearer, or of the one named. */
export function clientOf(
  simulator: Simulator,
  userId = simulator.world.wearers[0]!.id,
  settings: OuraClientSettings = {},
): OuraClient {
  return new OuraClient({
    accessToken: staticToken(userId),
    baseUrl: BASE_URL,
    fetch: fetchFrom(simulator),
    ...settings,
  });
}

/** `fetch` that answers everything with these documents in one page. */
export function fetchOf(...data: unknown[]): typeof fetch {
  return () => Promise.resolve(Response.json({ data, next_token: null }));
}
