/**
 * How files are written whose loss would hurt: whole or not at all, and on the disk when the call
 * returns; by default for their owner only. The text goes into a file beside the target, which then takes the target's name.
 */
import { basename, dirname, isAbsolute, join } from "node:path";

/** The part of an open file that {@linkcode writeSafely} uses. */
export interface WritableFile extends Disposable {
  write(bytes: Uint8Array): Promise<number>;
  sync(): Promise<void>;
  stat(): Promise<{ readonly size: number }>;
  lock(exclusive: boolean): Promise<void>;
}

/** Options of {@linkcode writeSafely}; tests put disks that fail in here. */
export interface SafeFileOptions {
  /** Rights of the file, whatever the umask. @default 0o600 */
  readonly mode?: number;
  /** Makes a file that does not exist yet. */
  readonly create?: (path: string, mode: number) => Promise<WritableFile>;
}

/** Ends the names of unfinished files: `.gitignore` and {@linkcode removeUnfinished} know it. */
const UNFINISHED = ".oura-sync.tmp";

/**
 * Writes a file. Where `path` is a symbolic link, the file it points to is written, even one that
 * does not exist yet, and the link stays.
 * @throws {Error} When not every byte reached the disk. A file that was there is unchanged then.
 */
export async function writeSafely(
  path: string,
  text: string,
  options: SafeFileOptions = {},
): Promise<void> {
  const target = await followLinks(path);
  await removeUnfinished(target);
  const body = (write: WriteBytes) => write(new TextEncoder().encode(text));
  try {
    await writeInto(target, body, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    // Another process may have taken the unfinished file for an abandoned one before it was locked.
    await writeInto(target, body, options);
  }
}

/** Appends to a file that is being written. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/**
 * The same for a file of any size: `body` writes it piece by piece. When `body` throws, the file
 * that was there stays.
 */
export async function writeSafelyInPieces(
  path: string,
  body: (write: WriteBytes) => Promise<void>,
  options: SafeFileOptions = {},
): Promise<void> {
  const target = await followLinks(path);
  await removeUnfinished(target);
  await writeInto(target, body, options);
}

/**
 * Removes what a process left behind that was killed while it wrote `path`. An unfinished file that
 * is still being written is locked, and stays. Never fails: it is only tidying up.
 */
export async function removeUnfinished(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  try {
    for await (const { name } of Deno.readDir(dirname(path))) {
      if (!name.startsWith(prefix) || !name.endsWith(UNFINISHED)) continue;
      const unfinished = join(dirname(path), name);
      using file = await Deno.open(unfinished, { write: true });
      if (await file.tryLock(true)) await Deno.remove(unfinished);
    }
  } catch {
    // The directory is missing, read-only, or another process was faster.
  }
}

/** Makes a directory, with its parents, that only its owner can enter, whatever the umask. */
export async function makePrivateDirectory(path: string): Promise<void> {
  const isReachable = await Deno.stat(path).then(() => true, () => false);
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  // A directory that was there may be shared on purpose.
  if (!isReachable && Deno.build.os !== "windows") await Deno.chmod(path, 0o700);
}

async function writeInto(
  target: string,
  body: (write: WriteBytes) => Promise<void>,
  { mode = 0o600, create = createFile }: SafeFileOptions,
): Promise<void> {
  const unfinished = `${target}.${crypto.randomUUID()}${UNFINISHED}`;
  let length = 0;
  try {
    {
      using file = await create(unfinished, mode);
      // Only for removeUnfinished(): where no file can be locked, nothing is removed either.
      await file.lock(true).catch(() => {});
      await body(async (bytes) => {
        await writeAll(file, bytes);
        length += bytes.length;
      });
      await file.sync();
      const { size } = await file.stat();
      if (size !== length) throw new Error(`${size} of ${length} bytes were written`);
      if (Deno.build.os !== "windows") await Deno.chmod(unfinished, mode);
      await Deno.rename(unfinished, target);
    }
    await syncDirectory(dirname(target));
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
}

function createFile(path: string, mode: number): Promise<WritableFile> {
  return Deno.open(path, { write: true, createNew: true, mode });
}

/** One write may take only a part: on a disk that fills up, the next one says why. */
async function writeAll(file: WritableFile, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const written = await file.write(bytes.subarray(offset));
    if (written <= 0) throw new Error(`${offset} of ${bytes.length} bytes were written`);
    offset += written;
  }
}

/** Without this a power cut can undo the rename. Windows has no such call, and needs none. */
async function syncDirectory(directory: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using file = await Deno.open(directory, { read: true });
  await file.sync();
}

/** Linux follows 40 links. */
const MOST_LINKS = 40;

async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const isLink = await Deno.lstat(target).then((info) => info.isSymlink, () => false);
    if (!isLink) return target;
    const next = await Deno.readLink(target);
    target = isAbsolute(next) ? next : join(dirname(target), next);
  }
  throw new Error("too many levels of symbolic links");
}
