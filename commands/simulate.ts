import { Argument, Option } from "commander";
import type { RunningSimulator } from "../simulator/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { invocation } from "./_cli/command_names.ts";
import { type CommandContext, defineCommand } from "./_cli/define_command.ts";
import type { Terminal } from "./_cli/terminal.ts";
import { simulatedApp } from "./demo/simulated_app.ts";
import { numberOption } from "./sync/options.ts";

interface Options {
  port: string;
  days: string;
  seed: string;
  users: string;
  now?: string;
  out?: string;
  era: "bare" | "quoted";
}

/** `simulate`: the simulator by itself, until it is stopped. */
export default defineCommand({
  database: "none",
  arguments: [
    new Argument("[what]", "export: write the first wearer's account export and exit").choices([
      "export",
    ]),
  ],
  options: [
    new Option("--port <n>", "the port on 127.0.0.1; 0 picks a free one").default("8790"),
    new Option("--days <n>", "days of history").default("90"),
    new Option("--seed <n>", "the seed; the same seed creates the same data").default("1"),
    new Option("--users <n>", "the number of wearers").default("1"),
    new Option("--now <instant>", "the simulated current time (default: the real time)"),
    new Option("--out <file>", "where export writes the ZIP").default("data.zip"),
    new Option("--era <era>", "how export writes nested JSON").choices(["bare", "quoted"])
      .default("quoted"),
  ],
  help: "To set faults and the clock, use its HTTP interface: see simulator/README.md.",
  run: simulate,
});

async function simulate({ options, args, terminal }: CommandContext<Options>): Promise<void> {
  const { serveSimulator, staticToken } = await import("../simulator/mod.ts");
  if (options.now !== undefined && Number.isNaN(Date.parse(options.now))) {
    throw new UsageError("BAD_DATE", `--now ${options.now} is not an ISO 8601 instant`);
  }
  const world = {
    days: numberOption("--days", options.days, 1, 36_500),
    seed: numberOption("--seed", options.seed, 0, 999_999_999),
    users: numberOption("--users", options.users, 1, 10_000),
    ...(options.now === undefined ? {} : { now: options.now }),
  };
  if (args[0] === "export") {
    const { createWorld, exportZip } = await import("../simulator/mod.ts");
    const made = createWorld(world);
    const zip = await exportZip(made, { user: made.wearers[0]!.id, era: options.era });
    await Deno.writeFile(options.out ?? "data.zip", zip);
    return;
  }
  const port = numberOption("--port", options.port, 0, 65_535);
  const running = onPort(port, () => serveSimulator({ port, ...world }));
  // Listens before the address is printed: a reader of that line may stop it at once.
  const stop = stopped(terminal);
  const tokens = running.world.wearers.map(({ id }) => staticToken(id));
  terminal.out(JSON.stringify({
    url: running.url,
    now: new Date(running.world.now).toISOString(),
    tokens,
  }));
  terminal.err(directions(running.url));
  await stop;
  await running.close();
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
    const what = taken ? "another program uses it" : "permission denied";
    throw new UsageError("PORT_UNAVAILABLE", `--port ${port} cannot be used: ${what}`, {
      hint: "Choose another port, or --port 0 for any free one.",
      cause: error,
    });
  }
}

/** Resolves when the process is asked to stop. */
function stopped({ onSignal }: Terminal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  onSignal("SIGINT", resolve);
  if (Deno.build.os !== "windows") onSignal("SIGTERM", resolve);
  return promise;
}
