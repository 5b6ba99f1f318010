import { join, resolve } from "node:path";
import { DatabaseError, messageOf } from "../../../errors.ts";
import { loggerOf } from "../../../log/log.ts";
import { sleep } from "../../../process/sleep.ts";
import { diskFailure } from "./disk_failure.ts";

/**
 * Guards a directory against a second process. The lock is the operating system's: it ends with
 * the process, however that ends, so that no stale lock ever needs to be removed by hand.
 */
export interface DirectoryLock {
  /**
   * Whether the directory was copied from another place while a process had it open there, or
   * after such a process was killed: what was copied first and what was copied last may differ.
   */
  readonly copiedWhileOpen: boolean;
  /** Gives the directory free, without saying that it was closed in order. */
  release(): void;
  /** Says that everything is on the disk, and gives the directory free. */
  releaseClosed(): Promise<void>;
}

/**
 * In a file of its own, because on Windows no other process can read a locked file. The file exists
 * while a process has the directory open, and after one that was killed.
 */
interface Holder {
  pid: number;
  startedAt: string;
  /** The place that was opened; a copy of the file names the place it was copied from. */
  place?: string;
}

/** How long to wait between two looks at a lock, and before saying so, in ms. */
const PAUSE_MS = 100;
const SILENCE_MS = 1_000;

/**
 * Takes the lock, creating the directory (for this user alone) where it is missing.
 * @param patienceMs How long to wait for another process.
 * @throws {DatabaseError} When another process, which it names, still holds the lock, or when
 * nothing can be written there.
 */
export async function lockDirectory(directory: string, patienceMs = 0): Promise<DirectoryLock> {
  const file = await openLockFile(directory);
  const holderFile = join(directory, "database.holder.json");
  try {
    await takeLock(file, directory, holderFile, patienceMs);
    const previous = await readHolder(holderFile);
    const copiedWhileOpen = previous?.place !== undefined &&
      previous.place !== await placeOf(directory, holderFile);
    // A copy stays known as one until it was closed in order, also when its check is cut short.
    const place = copiedWhileOpen ? previous.place : undefined;
    await writeHolder(directory, holderFile, place);
    return {
      copiedWhileOpen,
      release: () => file.close(),
      async releaseClosed() {
        await Deno.remove(holderFile).catch(() => {});
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw diskFailure(error, directory) ?? error;
  }
}

async function openLockFile(directory: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    return await Deno.open(join(directory, "database.lock"), { create: true, write: true });
  } catch (cause) {
    const full = diskFailure(cause, directory);
    if (full) throw full;
    const message = `${directory}: no embedded database can be kept there: ${messageOf(cause)}`;
    throw new DatabaseError("DATABASE_DIRECTORY_UNWRITABLE", message, {
      hint: "Point OURA_DATA_DIR at a directory you may write to, or name a PostgreSQL server in " +
        "DATABASE_URL.",
      cause,
    });
  }
}

async function takeLock(
  file: Deno.FsFile,
  directory: string,
  holderFile: string,
  patienceMs: number,
): Promise<void> {
  let announced = false;
  for (let waited = 0; !await file.tryLock(true); waited += PAUSE_MS) {
    if (waited >= patienceMs) throw lockedError(directory, await readHolder(holderFile));
    if (waited >= SILENCE_MS && !announced) {
      announced = true;
      loggerOf("database").warn("{directory} is in use by {holder}: waiting up to {seconds} s", {
        directory,
        holder: nameOf(await readHolder(holderFile)),
        seconds: Math.round(patienceMs / 1_000),
      });
    }
    await sleep(PAUSE_MS);
  }
}

/** Written empty first, as the file's own inode is part of what it says. */
async function writeHolder(
  directory: string,
  holderFile: string,
  place: string | undefined,
): Promise<void> {
  await Deno.writeTextFile(holderFile, "");
  const holder: Holder = {
    pid: Deno.pid,
    startedAt: new Date(performance.timeOrigin).toISOString(),
    place: place ?? await placeOf(directory, holderFile),
  };
  await Deno.writeTextFile(holderFile, JSON.stringify(holder));
}

/** Null without a holder, or while it has not written its name yet. */
async function readHolder(holderFile: string): Promise<Holder | null> {
  try {
    const holder: Holder = JSON.parse(await Deno.readTextFile(holderFile));
    return holder;
  } catch {
    return null;
  }
}

/**
 * What no copy shares with its original: the path, and the inodes of the directory and of the
 * holder's file (where the system has them), so that a copy put back in the same place is noticed.
 */
async function placeOf(directory: string, holderFile: string): Promise<string> {
  const inodes = await Promise.all([directory, holderFile].map(async (path) => {
    const { ino } = await Deno.stat(path);
    return ino ?? 0;
  }));
  return [resolve(directory), ...inodes].join(" ");
}

function nameOf(holder: Holder | null): string {
  return holder === null ? "another process" : `process ${holder.pid}, started ${holder.startedAt}`;
}

function lockedError(directory: string, holder: Holder | null): DatabaseError {
  return new DatabaseError(
    "DATABASE_LOCKED",
    `${directory}: the database is in use by ${nameOf(holder)}`,
    {
      hint: "The embedded database serves one process at a time. Wait for it, stop it, or use a " +
        "PostgreSQL server (DATABASE_URL).",
    },
  );
}
