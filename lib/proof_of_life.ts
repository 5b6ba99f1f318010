/**
 * Tells a dead process from a live one on the same machine, so that what a killed sync held can be
 * taken over at once instead of when its lease expires. A live process keeps a lock on a file; the
 * operating system drops the lock with the process, however that ends.
 */
import { messageOf } from "./errors.ts";
import { loggerOf } from "./log.ts";

/** A process that can be looked up. */
export interface LivingProcess extends AsyncDisposable {
  /** The name under which others find it. */
  readonly holder: string;
}

/**
 * Shows for the length of a run that this process lives.
 * @param directory Where the lock files are; made when missing. Where that is not possible, others
 * wait for the lease to expire instead.
 * @param name Host and process, for people.
 */
export async function proveLife(directory: string, name: string): Promise<LivingProcess> {
  const run = crypto.randomUUID();
  const holder = `${name} ${run}`;
  const path = lockPath(directory, run);
  const file = await openLocked(directory, path);
  return {
    holder,
    async [Symbol.asyncDispose]() {
      if (!file) return;
      await Deno.remove(path).catch(() => {});
      file.close();
    },
  };
}

/** Whether a process runs, as far as this machine can tell. */
export type Life = "alive" | "dead" | "unknown";

/** Whether a holder still runs. */
export async function lifeOf(directory: string, holder: string): Promise<Life> {
  const run = holder.split(" ").at(-1) ?? "";
  if (!/^[0-9a-f-]{36}$/.test(run)) return "unknown";
  const path = lockPath(directory, run);
  try {
    using file = await Deno.open(path, { write: true });
    if (!await file.tryLock(true)) return "alive";
    await Deno.remove(path).catch(() => {});
    return "dead";
  } catch {
    return "unknown";
  }
}

async function openLocked(directory: string, path: string): Promise<Deno.FsFile | null> {
  try {
    await Deno.mkdir(`${directory}/alive`, { recursive: true });
    const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
    await file.lock(true);
    return file;
  } catch (error) {
    loggerOf("sync").debug("No proof of life in {directory}: {problem}", {
      directory,
      problem: messageOf(error),
    });
    return null;
  }
}

function lockPath(directory: string, run: string): string {
  return `${directory}/alive/${run}.lock`;
}
