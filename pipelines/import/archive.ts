/** An account export as a list of members that can be streamed, from a ZIP file or a folder. */
import { configure, type Entry, ERR_UNSAFE_FILENAME, Reader, ZipReader } from "@zip.js/zip.js";
import { damaged, encrypted, missing, outdated, unknown, unreadable, unsafe } from "./errors.ts";
import { judgeMember, type Verdict } from "./files.ts";

/** Compressed bytes that are unpacked at once: they make one piece of text, fifteen times as long. */
const CHUNK_BYTES = 16 * 1_024;

configure({ useWebWorkers: false, chunkSize: CHUNK_BYTES });

/** A file of the export. */
export interface Member {
  /** Its path in the archive, for messages. */
  readonly path: string;
  readonly verdict: Verdict;
  /** Opens the content. Damage shows as an error of the stream. */
  open(): ReadableStream<Uint8Array>;
}

/** An open export. */
export interface Archive extends AsyncDisposable {
  /** By path, so that two reads see the same order. */
  readonly members: readonly Member[];
}

/** Text compresses about fifteen times; a bomb, a thousand times. */
const MOST_RATIO = 300;
const SMALL = 64 * 1024 * 1024;
const LARGEST = 32 * 1024 ** 3;

/**
 * Opens an archive.
 * @param path A ZIP file or a folder.
 * @throws {ArchiveError} When it cannot be read, or is no account export.
 */
export async function openArchive(path: string): Promise<Archive> {
  const info = await Deno.stat(path).catch((cause) => {
    throw cause instanceof Deno.errors.NotFound ? missing(path, cause) : unreadable(path, cause);
  });
  const archive = info.isDirectory ? await openFolder(path) : await openZip(path);
  if (archive.members.some(({ verdict }) => verdict.kind === "load")) return archive;
  await archive[Symbol.asyncDispose]();
  throw unknown(path);
}

async function openFolder(root: string): Promise<Archive> {
  const members: Member[] = [];
  const walk = async (folder: string, prefix: string) => {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory) await walk(`${folder}/${entry.name}`, `${path}/`);
      if (!entry.isFile) continue;
      const file = `${folder}/${entry.name}`;
      members.push({ path, verdict: judgeMember(path), open: () => fileStream(file) });
    }
  };
  await walk(root, "").catch((cause) => {
    throw unreadable(root, cause);
  });
  return { members: inOrder(members), [Symbol.asyncDispose]: () => Promise.resolve() };
}

function fileStream(path: string): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const piped = Deno.open(path).then((file) => file.readable.pipeTo(writable));
  piped.catch((cause) => writable.abort(unreadable(path, cause)).catch(() => {}));
  return readable;
}

async function openZip(path: string): Promise<Archive> {
  const file = await Deno.open(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  try {
    await refuseOldFormats(path, file);
    const zip = new ZipReader(new FileReader(file));
    const entries = await zip.getEntries().catch((cause) => {
      if (cause instanceof Error && cause.message === ERR_UNSAFE_FILENAME) {
        throw unsafe(path, "the path of a file leads out of the archive");
      }
      throw damaged(path, cause);
    });
    const members = entries.filter(({ directory }) => !directory).map(memberOf);
    return {
      members: inOrder(members),
      async [Symbol.asyncDispose]() {
        await zip.close();
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function memberOf(entry: Entry): Member {
  const path = entry.filename;
  const verdict = judgeMember(path);
  if (verdict.kind === "load") {
    if (entry.encrypted) throw encrypted(path);
    const { compressedSize, uncompressedSize: size } = entry;
    if (size > LARGEST || size > SMALL && size > compressedSize * MOST_RATIO) {
      throw unsafe(path, "the file would grow beyond all measure when it is unpacked");
    }
  }
  return { path, verdict, open: () => entryStream(entry, path) };
}

function entryStream(entry: Entry, path: string): ReadableStream<Uint8Array> {
  let size = 0;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > entry.uncompressedSize) controller.error(damaged(path));
      else controller.enqueue(chunk);
    },
  });
  if (entry.directory) throw new TypeError(`${path} is a folder`);
  // The end is passed on only when the checksum has been found right.
  const writer = writable.getWriter();
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => writer.write(chunk) });
  entry.getData(sink, { checkSignature: true }).then(
    () => writer.close(),
    (cause) => writer.abort(damaged(path, cause)),
  ).catch(() => {});
  return readable;
}

/** Reads a ZIP file where zip.js asks: the central directory first, then single members. */
class FileReader extends Reader<Deno.FsFile> {
  readonly #file: Deno.FsFile;
  /** One read at a time, because the file has one position. */
  #turn: Promise<unknown> = Promise.resolve();
  constructor(file: Deno.FsFile) {
    super(file);
    this.#file = file;
  }
  override async init(): Promise<void> {
    await super.init?.();
    this.size = (await this.#file.stat()).size;
  }
  override readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const read = this.#turn.then(() => this.#read(index, length));
    this.#turn = read.catch(() => {});
    return read;
  }
  async #read(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    await this.#file.seek(index, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) {
      const read = await this.#file.read(bytes.subarray(at));
      if (read === null) return bytes.subarray(0, at);
      at += read;
    }
    return bytes;
  }
}

/** Trends CSV of Oura on the Web, and the account's JSON of API v1. */
async function refuseOldFormats(path: string, file: Deno.FsFile): Promise<void> {
  const head = new Uint8Array(512);
  const length = await file.read(head) ?? 0;
  const text = new TextDecoder().decode(head.subarray(0, length)).replace(/^\uFEFF/, "");
  if (/^\s*\{\s*"(activity|readiness|sleep|restful_periods|profile)"/.test(text)) {
    throw outdated(path, "the account's old JSON");
  }
  if (/^"?date"?,.*(Score|Sleep|Activity|Readiness)/i.test(text)) {
    throw outdated(path, "a trends CSV of Oura on the Web");
  }
}

function inOrder(members: Member[]): Member[] {
  return members.sort((a, b) => (a.path < b.path ? -1 : 1));
}
