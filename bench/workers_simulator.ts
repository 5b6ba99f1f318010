/** A simulated Oura as its own process: options as JSON; prints its address, and runs until it is killed. */
import { serveSimulator } from "../simulator/server.ts";

const { faults = [], ...options } = JSON.parse(Deno.args[0]!);
const running = serveSimulator(options);
for (const fault of faults) running.simulator.faults.add(fault);
await Deno.stdout.write(new TextEncoder().encode(`${running.url}\n`));
