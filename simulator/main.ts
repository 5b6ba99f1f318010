/**
 * The simulator as its own process: prints one JSON line with its address and tokens when it is ready,
 * and runs until it is stopped.
 */
import { parseArgs } from "node:util";
import { staticToken } from "./api/access.ts";
import { faultRuleOf } from "./faults/parse.ts";
import { serveSimulator } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    days: { type: "string", default: "90" },
    seed: { type: "string", default: "1" },
    users: { type: "string", default: "1" },
    now: { type: "string" },
    // A rule as JSON, any number of times: see README.md.
    fault: { type: "string", multiple: true, default: [] },
  },
});

const running = serveSimulator({
  port: wholeNumber("port", values.port),
  days: wholeNumber("days", values.days),
  seed: wholeNumber("seed", values.seed),
  users: wholeNumber("users", values.users),
  ...(values.now === undefined ? {} : { now: values.now }),
});

for (const rule of values.fault) running.simulator.faults.add(faultRuleOf(JSON.parse(rule)));

const ready = {
  url: running.url,
  now: new Date(running.world.now).toISOString(),
  tokens: running.world.wearers.map((wearer) => staticToken(wearer.id)),
};
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(ready)}\n`));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => running.close().then(() => Deno.exit(0)));
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new RangeError(`--${name} must be a whole number`);
  return Number(text);
}
