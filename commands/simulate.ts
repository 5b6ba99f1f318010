import type { Command } from "commander";
import type { RunningSimulator } from "../simulator/mod.ts";
import { EXIT, UsageError } from "../lib/errors.ts";
import { invocation } from "./_cli/command_names.ts";
import type { Io } from "./_cli/terminal.ts";
import { action } from "./_cli/action.ts";
import { simulatedApp } from "./demo/simulated_app.ts";
import { numberOption } from "./sync/options.ts";

interface Options {
  port: string;
  days: string;
  seed: string;
  users: string;
  now?: string;
}

/** `simulate`: the simulator by itself, until it is stopped. */
export function define(command: Command, io: Io): void {
  command
    .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", "8790")
    .option("--days <n>", "days of history", "90")
    .option("--seed <n>", "the same seed makes the same people", "1")
    .option("--users <n>", "how many wearers", "1")
    .option("--now <instant>", "the simulated present (default: the real one)")
    .addHelpText("after", "\nFaults and the clock are set over HTTP: see simulator/README.md.")
    .action(action<Options>(io, async (options) => {
      const { serveSimulator, staticToken } = await import("../simulator/mod.ts");
      if (options.now !== undefined && Number.isNaN(Date.parse(options.now))) {
        throw new UsageError("BAD_DATE", `--now ${options.now} is not an ISO 8601 instant`);
      }
      const port = numberOption("--port", options.port, 0, 65_535);
      const running = onPort(port, () =>
        serveSimulator({
          port,
          days: numberOption("--days", options.days, 1, 36_500),
          seed: numberOption("--seed", options.seed, 0, 999_999_999),
          users: numberOption("--users", options.users, 1, 10_000),
          ...(options.now === undefined ? {} : { now: options.now }),
        }));
      // Heard from here on: who reads that it is up may stop it at once.
      const stop = stopped();
      const tokens = running.world.wearers.map(({ id }) => staticToken(id));
      io.out(JSON.stringify({
        url: running.url,
        now: new Date(running.world.now).toISOString(),
        tokens,
      }));
      io.err(directions(running.url));
      await stop;
      await running.close();
      return EXIT.done;
    }));
}

function directions(url: string): string {
  const lines = Object.entries(simulatedApp(url)).map(([name, value]) => `${name}=${value}`);
  const program = invocation();
  return `A simulated Oura listens on ${url}. With these lines in .env, it is Oura:

${lines.join("\n")}

Then, in another terminal:

${["init", "auth login", "sync"].map((command) => `${program} ${command}`).join("\n")}

Ctrl-C stops it.`;
}

/** @throws {UsageError} When the port cannot be had. */
function onPort(port: number, serve: () => RunningSimulator): RunningSimulator {
  try {
    return serve();
  } catch (error) {
    const taken = error instanceof Deno.errors.AddrInUse;
    if (!taken && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    const what = taken ? "another program listens there" : "the system keeps it for itself";
    throw new UsageError("PORT_UNAVAILABLE", `--port ${port} cannot be used: ${what}`, {
      hint: "Take another one, or --port 0 for any that is free.",
      cause: error,
    });
  }
}

/** Resolves when the process is asked to stop. */
function stopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGINT", resolve);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", resolve);
  return promise;
}
