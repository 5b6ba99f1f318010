/** A process that lives until it is killed: prints under which name, so that others can look. */
import { holdProcessLock } from "../../lib/process/process_lock.ts";

const life = await holdProcessLock(Deno.args[0]!, "host pid 7");
await Deno.stdout.write(new TextEncoder().encode(`${life.lease.holder}\n`));
await new Promise((resolve) => setTimeout(resolve, 600_000));
