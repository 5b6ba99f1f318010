/**
 * A receiver as a process of its own: the arguments are a connection as JSON and a port. Prints a line
 * when it listens, and ends in order when its standard input is closed.
 */
import { openDatabase } from "../../lib/db/driver/open.ts";
import { createReceiverApp } from "../../server/webhooks/app.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { PUBLIC_URL, SECRET } from "./support.ts";

const [connection, port] = Deno.args;
const db = await openDatabase(JSON.parse(connection!), { schema: "oura", patienceMs: 10_000 });
const app = createReceiverApp({
  db,
  pipeline: shippedPipeline("oura"),
  clientSecret: SECRET,
  publicUrl: PUBLIC_URL,
  webhookToken: "token-by-hand",
  metricsToken: null,
  enqueue: async (tx, userIds) => {
    await tx.queryRaw("INSERT INTO jobs SELECT unnest($1::text[])", [userIds]);
  },
});
const say = () => void Deno.stdout.write(new TextEncoder().encode("listening\n"));
const server = Deno.serve(
  { hostname: "127.0.0.1", port: Number(port), onListen: say },
  (request, info) => app.fetch(request, info),
);
for await (const _ of Deno.stdin.readable);
await server.shutdown();
await db.close();
