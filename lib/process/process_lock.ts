/**
 * Tells a dead process from a live one on the same machine, so that what a killed sync held can be
 * taken over at once instead of when its lease expires. A live process keeps a lock on a file; the
 * operating system drops the lock with the process, however that ends.
 */
import { hostname } from "node:os";
import { messageOf } from "../errors.ts";
import { loggerOf } from "../log/log.ts";
import { makePrivateDirectory } from "./safe_file.ts";

/** A process that can be looked up. */
export interface LivingProcess extends AsyncDisposable {
  /** What its leases are taken with. */
  readonly lease: {
    /** The name under which others find it. */
    readonly holder: string;
    /** Whether the holder of another lease still runs. */
    lifeOf(holder: string): Promise<Life>;
  };
  /** For a process that could not give back what it held: others shall find it dead, not unknown. */
  keepLockFile(): void;
}

/**
 * Shows for the length of a run that this process lives.
 * @param directory Where the lock files are; made when missing. Where that is not possible, others
 * wait for the lease to expire instead.
 * @param name For people. @default Host and process
 */
export async function holdProcessLock(
  directory: string,
  name = `${hostname()} pid ${Deno.pid}`,
): Promise<LivingProcess> {
  const run = crypto.randomUUID();
  const path = lockPath(directory, run);
  const file = await openLocked(directory, path);
  let traced = false;
  return {
    lease: { holder: `${name} ${run}`, lifeOf: (holder) => lifeOf(directory, holder) },
    keepLockFile() {
      traced = true;
    },
    async [Symbol.asyncDispose]() {
      if (!file) return;
      if (!traced) await Deno.remove(path).catch(() => {});
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
    // Shared, so that two who ask at once do not take each other for the holder. The file stays,
    // because later processes need it to tell, too.
    return await file.tryLock(false) ? "dead" : "alive";
  } catch {
    return "unknown";
  }
}

async function openLocked(directory: string, path: string): Promise<Deno.FsFile | null> {
  try {
    await makePrivateDirectory(directory);
    await Deno.mkdir(`${directory}/alive`, { recursive: true, mode: 0o700 });
    await sweep(`${directory}/alive`);
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

/** Long after every lease of a dead process has expired. */
const SWEPT_AFTER_MS = 86_400_000;

/** Removes what processes left that were killed long ago. */
async function sweep(directory: string): Promise<void> {
  for await (const { name } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    const modified = (await Deno.stat(path).catch(() => null))?.mtime ?? null;
    if (modified === null || Date.now() - modified.getTime() < SWEPT_AFTER_MS) continue;
    using file = await Deno.open(path, { write: true }).catch(() => null);
    if (await file?.tryLock(true)) await Deno.remove(path).catch(() => {});
  }
}

function lockPath(directory: string, run: string): string {
  return `${directory}/alive/${run}.lock`;
}
