/** The real program under the flags of its task, as cron runs it: spawned, watched, killed. */
import { fileURLToPath } from "node:url";
import CONFIGURATION from "../../../deno.json" with { type: "json" };
import { QUICK_WASM } from "../../support/quick_wasm.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Where a program runs and what its environment says. */
export interface Surroundings {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How a program ended; the exit code of a killed one is 137. */
export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** After this no sync of the suite is still at work: it hangs. */
const HANGS_AFTER_MS = 240_000;

/** A `sync` under way. One that hangs is killed, so that its test fails and the next one begins. */
export class SyncProgram {
  readonly #child: Deno.ChildProcess;
  /** When it is over, however it went. */
  readonly ended: Promise<Ended>;

  constructor({ directory, env }: Surroundings, args: readonly string[] = []) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...flagsOfTask(), ...args],
      cwd: directory,
      clearEnv: true,
      env: {
        DENO_DIR: denoDirectory(),
        HOME: directory,
        LOG_FORMAT: "json",
        LOG_LEVEL: "warning",
        ...QUICK_WASM,
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.ended = this.#watch();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** SIGKILL: no chance to clean up. False when it had ended by itself. */
  async kill(): Promise<boolean> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    return (await this.ended).exitCode === 137;
  }

  async #watch(): Promise<Ended> {
    const hanging = setTimeout(() => this.#child.kill("SIGKILL"), HANGS_AFTER_MS);
    const { code, stdout, stderr } = await this.#child.output();
    clearTimeout(hanging);
    const decoder = new TextDecoder();
    return { exitCode: code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  }
}

/** Runs a sync to its end. */
export function runSync(place: Surroundings, args: readonly string[] = []): Promise<Ended> {
  return new SyncProgram(place, args).ended;
}

/** `deno task sync`, word by word, with its module found from any directory. */
function flagsOfTask(): string[] {
  const [, ...words] = CONFIGURATION.tasks.sync.command.split(" ");
  return words.flatMap((word) =>
    word === "main.ts" ? ["--config", `${ROOT}deno.json`, `${ROOT}main.ts`] : [word]
  );
}

function denoDirectory(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
}
