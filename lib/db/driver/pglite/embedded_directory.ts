/**
 * The directory of an embedded database: how one is made, and what to do with one that is not as
 * it should be. Nothing that may hold data is ever removed here.
 *
 * ```text
 * database.lock         locked by the process that has it open
 * database.holder.json  which process that is
 * pgdata/               PostgreSQL's data directory; complete, as it got this name when it was
 * pgdata.new/           one that is being created
 * ```
 */
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { DatabaseError, messageOf } from "../../../errors.ts";
import { loggerOf } from "../../../log/log.ts";
import { diskFailure } from "./disk_failure.ts";
import type { DirectoryLock } from "./directory_lock.ts";
import { WatchedFiles } from "./pglite_files.ts";
import { command } from "../../../program_command.ts";

/** PGlite's default of 128 MB would be resident at once. */
export const POSTGRESQL_CONF: readonly string[] = ["shared_buffers=16MB"];

/** An open PGlite and the files it keeps. */
export interface OpenedDirectory {
  readonly pglite: PGlite;
  readonly files: WatchedFiles;
}

/** Whether a database has been made in the directory. */
export function hasDatabase(directory: string): Promise<boolean> {
  return exists(join(directory, "pgdata"));
}

/**
 * Opens the database of a locked directory, making it where there is none.
 * @param create Whether an unfinished one of an earlier version may be replaced; it is moved aside.
 * @throws {DatabaseError} When it cannot be opened, the disk is full, or it is a damaged copy.
 */
export async function openDirectory(
  directory: string,
  lock: DirectoryLock,
  create: boolean,
): Promise<OpenedDirectory> {
  const data = join(directory, "pgdata");
  if (!await exists(data)) await createData(directory, data);
  const opened = await (create ? openUnderMark(directory, data) : open(data, directory));
  if (!lock.copiedWhileOpen) return opened;
  try {
    await checkCopy(opened.pglite, directory);
    return opened;
  } catch (error) {
    await closeDirectory(opened);
    throw error;
  }
}

/** Closes the database in order, or, when it has ended already, only its files. */
export async function closeDirectory({ pglite, files }: OpenedDirectory): Promise<boolean> {
  if (!files.failure) await pglite.close();
  if (!files.failure) return true;
  files.abandon();
  return false;
}

/** Until it is complete it has another name, under which nothing has ever been stored. */
async function createData(directory: string, data: string): Promise<void> {
  const unfinished = join(directory, "pgdata.new");
  await removeUnfinished(unfinished);
  try {
    const created = await open(unfinished, directory);
    if (!await closeDirectory(created)) throw created.files.failure;
  } catch (error) {
    await removeUnfinished(unfinished);
    throw error;
  }
  await Deno.rename(unfinished, data);
}

async function removeUnfinished(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}

/**
 * Earlier versions left a mark while they created a database in its final place. A directory that
 * opens in spite of it is sound, as the database that is opened, `postgres`, is the last one that
 * initdb makes: the mark came from a backup. One that does not open is moved aside.
 */
async function openUnderMark(directory: string, data: string): Promise<OpenedDirectory> {
  const mark = join(directory, "database.creating");
  if (!await exists(mark)) return await open(data, directory);
  try {
    const opened = await open(data, directory);
    await Deno.remove(mark);
    return opened;
  } catch (error) {
    if (error instanceof DatabaseError && error.code !== "DATABASE_EMBEDDED") throw error;
    const aside = join(directory, `pgdata.unfinished-${new Date().getTime()}`);
    await Deno.rename(data, aside);
    loggerOf("database").warn(
      "{data} does not open and its creation was not finished: it is now {aside}",
      { data, aside },
    );
    await createData(directory, data);
    await Deno.remove(mark);
    return await open(data, directory);
  }
}

async function open(data: string, directory: string): Promise<OpenedDirectory> {
  const files = new WatchedFiles(data, directory);
  try {
    const pglite = await PGlite.create({ fs: files, postgresqlconf: [...POSTGRESQL_CONF] });
    files.watchMainLoop(pglite);
    return { pglite, files };
  } catch (error) {
    files.abandon();
    throw files.failure ?? diskFailure(error, directory) ?? new DatabaseError(
      "DATABASE_EMBEDDED",
      `${directory}: the embedded database cannot be opened: ${messageOf(error)}`,
      {
        hint: `Restore the directory from a backup, or move it away and run ${command("sync")} ` +
          "to begin again.",
        cause: error,
      },
    );
  }
}

/**
 * A file-by-file copy of a database in use can hold a row in a table and not in its index, which
 * then takes the same row a second time. Building the indexes again finds what is there twice.
 */
async function checkCopy(pglite: PGlite, directory: string): Promise<void> {
  const log = loggerOf("database");
  log.warn("{directory} was copied while it was in use: checking it", { directory });
  try {
    await pglite.exec("REINDEX DATABASE");
  } catch (error) {
    throw diskFailure(error, directory) ?? new DatabaseError(
      "DATABASE_COPIED_IN_USE",
      `${directory} was copied while a process had it open, and the copy is damaged: ` +
        "some rows are there twice or cannot be read",
      {
        hint: "Stop the program that uses the original, copy the whole directory again, and use " +
          "that copy.",
        cause: error,
      },
    );
  }
  log.warn(
    "{directory}: no row is there twice, but the newest ones may be missing: " +
      "`sync --full-refresh` fetches them again",
    { directory },
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
