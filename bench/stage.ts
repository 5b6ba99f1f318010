/** What the benchmarks stand on: a server with fsync on, a simulated Oura, and the tables. */
import { migrate } from "../lib/db/migrate/migrate.ts";
import { openPostgres } from "../lib/db/driver/postgres/open_postgres.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { applyAdditive } from "../pipelines/schema/apply/apply.ts";
import { Cluster } from "../tests/support/postgres.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import { ROOT } from "./program.ts";

/** A server and an Oura, until disposed. */
export interface Stage extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly db: Database;
  readonly ouraUrl: string;
  readonly token: string;
  readonly userId: string;
}

/**
 * Starts both, with the tables of the shipped configuration.
 * @param days That the simulated wearer has data for. The simulator is its own process and limits no
 * rate.
 */
export async function openStage(days: number): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const settings = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };
  const cluster = await Cluster.start({ onDisk: true, settings });
  stack.defer(() => cluster.remove());
  const databaseUrl = cluster.url();
  const db = await openPostgres({ kind: "url", url: databaseUrl }, { schema: "oura" });
  stack.defer(() => db.close());
  await migrate(db);
  await applyAdditive(db, shippedPipeline(), { holder: "bench" });
  const { ready: { url, tokens }, end } = await startServer(
    "simulator/main.ts",
    [`--days=${days}`],
  );
  stack.defer(end);
  await post(`${url}/_sim/settings`, { rateLimit: 0 });
  const opened = stack.move();
  return {
    databaseUrl,
    db,
    ouraUrl: url,
    token: tokens[0]!,
    userId: tokens[0]!.replace(/^sim-/, ""),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** An Oura that answers at once, with what the simulator of a stage answered before. */
export async function openInstantOura(
  { ouraUrl }: Stage,
): Promise<AsyncDisposable & { url: string }> {
  const { ready, end } = await startServer("bench/instant_oura.ts", [`--upstream=${ouraUrl}`]);
  return { url: ready.url, [Symbol.asyncDispose]: end };
}

/** Starts a server that prints a JSON line when it is ready. */
async function startServer(script: string, args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-read", script, ...args],
    cwd: ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const ready = JSON.parse(await firstLine(child.stdout)) as { url: string; tokens: string[] };
  const end = async () => {
    child.kill("SIGTERM");
    await child.status;
  };
  return { ready, end };
}

/** Makes statistics, as autovacuum does within a minute of a first sync: with them, plans differ. */
export async function analyze({ db }: Stage): Promise<void> {
  await db.exec("ANALYZE");
}

/** Posts JSON to a control route of the simulator. */
export async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  await response.body?.cancel();
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (
    const part of stream.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })
  ) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]!;
}
