import {
  type Changes,
  changes,
  createSimulator,
  createWorld,
  type Simulator,
  type SimulatorOptions,
  staticToken,
  truth,
  type TypeName,
  type UserSpec,
  type World,
  type WorldOptions,
} from "../../simulator/mod.ts";

/** The base all requests of these tests share; no socket is opened for it. */
export const BASE = "http://oura.test";

/** A simulator without a socket, at noon UTC of 2026-10-15, without surprise empty pages. */
export function simulate(world: WorldOptions = {}, options: SimulatorOptions = {}): Simulator {
  return createSimulator(
    createWorld({ seed: 7, users: 1, days: 120, now: "2026-10-15T12:00:00Z", ...world }),
    { emptyPageEvery: 0, ...options },
  );
}

/** A list as the data API sends it. */
export interface List {
  data: Record<string, unknown>[];
  next_token?: string | null;
}

/** Asks the data API with a wearer's static token, the first wearer's by default. */
export function ask(
  simulator: Simulator,
  path: string,
  query: Record<string, string> = {},
  token = staticToken(simulator.world.wearers[0]!.id),
): Promise<Response> {
  const url = new URL(`/v2/usercollection/${path}`, BASE);
  url.search = new URLSearchParams(query).toString();
  return simulator.handler(
    new Request(url, { headers: { authorization: `Bearer ${token}` } }),
  );
}

/** A page of a list. */
export async function page(
  simulator: Simulator,
  path: string,
  query: Record<string, string> = {},
): Promise<List> {
  const response = await ask(simulator, path, query);
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  return await response.json();
}

/** All items of a list, page by page. */
export async function all(
  simulator: Simulator,
  path: string,
  query: Record<string, string> = {},
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let token: string | null | undefined;
  do {
    const next = await page(simulator, path, token ? { ...query, next_token: token } : query);
    items.push(...next.data);
    token = next.next_token;
  } while (token);
  return items;
}

/** Sends a form. */
export function post(
  simulator: Simulator,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return simulator.handler(
    new Request(new URL(path, BASE), {
      method: "POST",
      body: new URLSearchParams(form),
      headers,
    }),
  );
}

/** Sends a control request. */
export async function control(
  simulator: Simulator,
  route: string,
  body?: object,
): Promise<Response> {
  return await simulator.handler(
    new Request(new URL(`/_sim/${route}`, BASE), {
      method: body ? "POST" : "GET",
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );
}

/** A document of the truth. */
export type Body = Readonly<Record<string, unknown>>;

/** A world of one wearer. */
export function worldOf(user: UserSpec = {}, days = 120, now = "2026-10-15T12:00:00Z"): World {
  return createWorld({ seed: 7, users: [user], days, now });
}

/** The first wearer's documents of a span of days, all of them by default. */
export function bodies(
  world: World,
  type: TypeName,
  from = "2000-01-01",
  to = "2030-01-01",
): Body[] {
  const user = world.wearers[0]!.id;
  return [...truth(world, { user, type, from, to })].map(({ body }) => body);
}

/** What happens to the first wearer's documents while the clock goes on. */
export function changesOver(world: World, type: TypeName, duration: string): Changes {
  const since = world.now;
  world.advance(duration);
  const query = { user: world.wearers[0]!.id, type, from: "2000-01-01", to: "2030-01-01" };
  return changes(world, query, since);
}
