import { join } from "node:path";
import { DatabaseError } from "../errors.ts";

/**
 * Guards a directory against a second process. The lock is the operating system's: it ends with
 * the process, however that ends, so that no stale lock ever needs to be removed by hand.
 */
export interface DirectoryLock {
  release(): void;
}

/** In a file of its own, as Windows lets nobody read a locked one; without the lock it says nothing. */
interface Holder {
  pid: number;
  startedAt: string;
}

/**
 * Takes the lock, creating the directory (for this user alone) where it is missing.
 * @throws {DatabaseError} When another process, which it names, holds the lock, or when nothing can
 * be written there.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = await openLockFile(directory);
  const holderFile = join(directory, "database.holder.json");
  if (!await file.tryLock(true)) {
    file.close();
    throw await lockedError(directory, holderFile);
  }
  const holder: Holder = {
    pid: Deno.pid,
    startedAt: new Date(performance.timeOrigin).toISOString(),
  };
  await Deno.writeTextFile(holderFile, JSON.stringify(holder));
  return {
    release: () => file.close(),
  };
}

async function openLockFile(directory: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    return await Deno.open(join(directory, "database.lock"), { create: true, write: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${directory}: no embedded database can be kept there: ${reason}`;
    throw new DatabaseError("DATABASE_DIRECTORY_UNWRITABLE", message, {
      hint: "Point OURA_DATA_DIR at a directory you may write to, or name a PostgreSQL server in " +
        "DATABASE_URL.",
      cause,
    });
  }
}

async function lockedError(directory: string, holderFile: string): Promise<DatabaseError> {
  let who = "another process";
  try {
    const holder: Holder = JSON.parse(await Deno.readTextFile(holderFile));
    who = `process ${holder.pid}, started ${holder.startedAt}`;
  } catch {
    // It has taken the lock and not written its name yet.
  }
  return new DatabaseError("DATABASE_LOCKED", `${directory}: the database is in use by ${who}`, {
    hint: "The embedded database serves one process at a time. Wait for it, stop it, or use a " +
      "PostgreSQL server (DATABASE_URL).",
  });
}
