import { createSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";
import { World, type WorldOptions } from "./world/world.ts";

/** A simulator that listens. */
export interface RunningSimulator {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly world: World;
  readonly simulator: Simulator;
  readonly stats: Simulator["stats"];
  /** Stops listening and waits until all answers are sent. */
  close(): Promise<void>;
}

/** What is served, and where: a ready world or the options of a new one. */
export interface ServeOptions extends SimulatorOptions, WorldOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly world?: World;
}

/** Serves a world on 127.0.0.1: the control routes must not be reachable from elsewhere. */
export function serveSimulator(options: ServeOptions = {}): RunningSimulator {
  const { port = 0, world: ready, seed, users, now, days, ...rest } = options;
  const world = ready ?? new World({
    ...(seed === undefined ? {} : { seed }),
    ...(users === undefined ? {} : { users }),
    ...(now === undefined ? {} : { now }),
    ...(days === undefined ? {} : { days }),
  });
  const simulator = createSimulator(world, rest);
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, signal: stop.signal, onListen: () => {} },
    simulator.handler,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    world,
    simulator,
    stats: simulator.stats,
    async close() {
      simulator.stop();
      stop.abort();
      await server.finished;
    },
  };
}
