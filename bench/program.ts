/** Runs programs and measures them as the operating system counts. */
import { fileURLToPath } from "node:url";
import type { Stage } from "./stage.ts";

/** The directory of the project. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Ticks a second of processor time in `/proc`: 100 on every Linux of today. */
const TICKS = 100;

/** How long a program ran, what it used and what it printed. */
export interface Measured {
  readonly seconds: number;
  /** Processor time of all its threads, in seconds. */
  readonly processorSeconds: number;
  /** Peak resident memory (`VmHWM`), in MiB. */
  readonly peakMiB: number;
  readonly out: string;
}

/** Address and token for a run in place of those of the stage. */
export type Surroundings = Readonly<Record<string, string>>;

/**
 * Runs a task of `deno.json` as it stands there, and measures it.
 * @throws {Error} When it ends with another exit code than 0: a failure is soon over.
 */
export async function runTask(
  stage: Stage,
  name: string,
  args: readonly string[],
  env: Surroundings = {},
): Promise<Measured> {
  // What the run before has asked is not this one's to wait for.
  await stage.db.query("DELETE FROM oura.rate_budget");
  return await measure([...await taskArgs(name), ...args], { ...surroundingsOf(stage), ...env });
}

/** The arguments of `deno` in a task. */
export async function taskArgs(name: string): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const [program, ...given] = (tasks[name].command as string).split(" ");
  if (program !== "deno") throw new Error(`task ${name} does not start with deno`);
  return given;
}

/** The environment of a program on a stage. */
export function surroundingsOf(stage: Stage): Record<string, string> {
  return {
    DATABASE_URL: stage.databaseUrl,
    OURA_API_URL: stage.ouraUrl,
    OURA_ACCESS_TOKEN: stage.token,
    LOG_LEVEL: "warning",
  };
}

/** Runs `deno` with some arguments. */
export async function measure(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const watch = watchProcess(child.pid);
  const { code, stdout } = await child.output();
  const seconds = (performance.now() - started) / 1000;
  const used = watch.stop();
  if (code !== 0) throw new Error(`deno ${args.join(" ")} ended with ${code}`);
  return { seconds, ...used, out: new TextDecoder().decode(stdout) };
}

/**
 * The processor time of a process so far, in seconds.
 * @param withEnded Whether that of its children that have ended is added.
 */
export function processorTime(pid: number, withEnded = false): number {
  const fields = statOf(pid).slice(11, withEnded ? 15 : 13);
  return fields.reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

/** The processes that a process has started and that run. */
export function childrenOf(pid: number): number[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(
    Number.isInteger,
  );
  return pids.filter((each) => {
    try {
      return Number(statOf(each)[1]) === pid;
    } catch {
      return false;
    }
  });
}

/** The fields from the third on: behind the name, which may hold spaces. */
function statOf(pid: number): string[] {
  return Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
}

/** The kernel's own records, looked at until the process is gone. */
function watchProcess(pid: number) {
  let peakMiB = 0;
  let processorSeconds = 0;
  const look = () => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      peakMiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peakMiB * 1024) / 1024;
      processorSeconds = processorTime(pid);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      return { peakMiB, processorSeconds };
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
