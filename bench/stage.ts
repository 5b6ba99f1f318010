/** What the benchmarks stand on: a server with fsync on, a simulated Oura, and the real program. */
import { fileURLToPath } from "node:url";
import { openPostgres } from "../lib/db/driver/postgres/open_postgres.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { Cluster } from "../tests/support/postgres.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A server and an Oura, until disposed. */
export interface Stage extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly db: Database;
  readonly ouraUrl: string;
  readonly token: string;
  readonly userId: string;
}

/** How long a program ran and how much memory it took. */
export interface Measured {
  readonly seconds: number;
  /** Peak resident memory, in MB. */
  readonly peakMb: number;
  readonly out: string;
}

/** Starts both. The simulator is its own process and limits no rate. */
export async function openStage(
  days: number,
  settings: Record<string, string> = {},
): Promise<Stage> {
  const cluster = await Cluster.start({
    settings: { fsync: "on", synchronous_commit: "on", full_page_writes: "on", ...settings },
  });
  const databaseUrl = cluster.url();
  const db = await openPostgres({ kind: "url", url: databaseUrl }, { schema: "oura" });
  const oura = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-read", "simulator/main.ts", `--days=${days}`],
    cwd: ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const ready = await firstLine(oura.stdout);
  const { url, tokens } = JSON.parse(ready);
  await fetch(`${url}/_sim/settings`, {
    method: "POST",
    body: JSON.stringify({ rateLimit: 0 }),
    headers: { "content-type": "application/json" },
  }).then((response) => response.body?.cancel());
  return {
    databaseUrl,
    db,
    ouraUrl: url,
    token: tokens[0],
    userId: tokens[0].replace(/^sim-/, ""),
    async [Symbol.asyncDispose]() {
      oura.kill("SIGTERM");
      await oura.status;
      await db.close();
      await cluster.remove();
    },
  };
}

/**
 * Runs a task of `deno.json` as it stands there, and measures it.
 * @throws {Error} When it ends with another exit code than 0: a failure is soon over.
 */
export async function runTask(
  stage: Stage,
  name: string,
  args: readonly string[],
): Promise<Measured> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const [program, ...given] = commandOf(tasks[name]).split(" ");
  if (program !== "deno") throw new Error(`task ${name} does not start with deno`);
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...given, ...args],
    cwd: ROOT,
    env: {
      DATABASE_URL: stage.databaseUrl,
      OURA_API_URL: stage.ouraUrl,
      OURA_ACCESS_TOKEN: stage.token,
      LOG_LEVEL: "warning",
    },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const memory = watchMemory(child.pid);
  const { code, stdout } = await child.output();
  const seconds = (performance.now() - started) / 1000;
  const peakMb = memory.stop();
  if (code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${code}`);
  return { seconds, peakMb, out: new TextDecoder().decode(stdout) };
}

/** A task is a command, or an object that holds one. */
function commandOf(task: string | { readonly command: string }): string {
  return typeof task === "string" ? task : task.command;
}

/** The kernel's own high-water mark, looked at until the process is gone. */
function watchMemory(pid: number): { stop(): number } {
  let peakKb = 0;
  const look = () => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      peakKb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peakKb);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      return peakKb / 1024;
    },
  };
}

/** Runs psql with its own timing and returns the seconds of the last statement. */
export async function psqlSeconds(stage: Stage, statements: readonly string[]): Promise<number> {
  const args = [stage.databaseUrl, "-X", "-q", "-v", "ON_ERROR_STOP=1"];
  for (const statement of ["\\timing on", ...statements]) args.push("-c", statement);
  const { code, stdout, stderr } = await new Deno.Command("psql", { args }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const times = [...new TextDecoder().decode(stdout).matchAll(/Time: ([\d.]+) ms/g)];
  return Number(times.at(-1)![1]) / 1000;
}

/** The middle one of several measurements. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
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
