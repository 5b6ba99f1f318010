/** A ZIP file as an archive. Nothing is unpacked to disk. */
import { configure, type Entry, ERR_UNSAFE_FILENAME, Reader, ZipReader } from "@zip.js/zip.js";
import {
  ArchiveError,
  damaged,
  encrypted,
  outdated,
  tooManyFiles,
  unreadable,
  unreadablyPacked,
  unsafe,
} from "./errors.ts";
import { type Archive, byPath, judgeMember, type Member, MOST_FILES } from "./files.ts";

/** Compressed bytes that are unpacked at once: they make one piece of text, fifteen times as long. */
const CHUNK_BYTES = 16 * 1_024;

configure({ useWebWorkers: false, chunkSize: CHUNK_BYTES });

/** Text compresses about fifteen times; a bomb, a thousand times. */
const MOST_RATIO = 300;
const SMALL = 64 * 1024 * 1024;
const LARGEST = 32 * 1024 ** 3;

/** Opens a ZIP file. */
export async function openZip(path: string): Promise<Archive> {
  const file = await Deno.open(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  try {
    await refuseOldFormats(path, file);
    const zip = new ZipReader(new FileReader(file));
    const entries = await readEntries(path, zip);
    const members = entries.map(memberOf);
    refuseBomb(path, entries, (await file.stat()).size);
    return {
      members: members.sort(byPath),
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

async function readEntries(path: string, zip: ZipReader<Deno.FsFile>): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      if (entries.length >= MOST_FILES) throw tooManyFiles(path);
      if (!entry.directory) entries.push(entry);
    }
    return entries;
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause;
    if (cause instanceof Error && cause.message === ERR_UNSAFE_FILENAME) {
      throw unsafe(path, "the path of a file leads out of the archive");
    }
    throw damaged(path, cause);
  }
}

/** How members are packed that can be unpacked: stored, deflate, deflate64. */
const METHODS: readonly number[] = [0, 8, 9];

function memberOf(entry: Entry): Member {
  const path = entry.filename;
  const verdict = judgeMember(path);
  const isReadable = METHODS.includes(entry.compressionMethod);
  const open = () => entryStream(entry, path);
  if (verdict.kind === "load") {
    if (entry.encrypted) throw encrypted(path);
    if (!isReadable) throw unreadablyPacked(path);
    if (isBomb(entry)) throw unsafe(path, BOMB);
  }
  // What is not loaded stops nothing.
  const isTable = verdict.kind === "unknown" && verdict.isTable && !entry.encrypted &&
    isReadable && !isBomb(entry);
  return { path, verdict: verdict.kind === "unknown" ? { ...verdict, isTable } : verdict, open };
}

const BOMB = "the file would grow beyond all measure when it is unpacked";

function isBomb(size: Pick<Entry, "compressedSize" | "uncompressedSize">): boolean {
  const { compressedSize, uncompressedSize } = size;
  return uncompressedSize > LARGEST ||
    uncompressedSize > SMALL && uncompressedSize > compressedSize * MOST_RATIO;
}

/** Many files, each of them harmless, or several that are the same bytes of the archive. */
function refuseBomb(path: string, entries: readonly Entry[], bytes: number): void {
  const sum = (name: "compressedSize" | "uncompressedSize") =>
    entries.reduce((total, entry) => total + entry[name], 0);
  if (sum("compressedSize") > bytes) throw unsafe(path, "its files overlap");
  if (sum("uncompressedSize") > LARGEST) throw unsafe(path, BOMB);
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
