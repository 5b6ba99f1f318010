/**
 * Serves the page of a database and asks for it again and again; prints the heap, in bytes, after
 * each round. Arguments: the database's URL, requests in a round. Needs `--v8-flags=--expose-gc`.
 */
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { createApp } from "../../server/http.ts";
import { NOW } from "../support/page_world.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const PATHS = ["api/trends?step=day", "api/today", "api/trends?step=week", "api/heart", ""];
const ROUNDS = 4;

const { gc } = globalThis as unknown as { gc: () => void };
const [url, count] = [Deno.args[0]!, Number(Deno.args[1])];
const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
const app = createApp({
  db,
  pipeline: shippedPipeline(),
  hostname: "127.0.0.1",
  token: null,
  now: () => new Date(NOW),
});
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
const heaps: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  for (let i = 0; i < count; i++) {
    const path = PATHS[i % PATHS.length];
    const response = await fetch(`http://127.0.0.1:${server.addr.port}/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    await response.arrayBuffer();
  }
  gc();
  heaps.push(Deno.memoryUsage().heapUsed);
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(heaps)));
await server.shutdown();
await db.close();
