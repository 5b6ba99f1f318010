/** An account export as a list of members that can be streamed, from a ZIP file or a folder. */
import { ArchiveError, missing, tooManyFiles, unknown, unreadable } from "./errors.ts";
import {
  type Archive,
  byPath,
  judgeMember,
  type Member,
  MOST_FILES,
  type Verdict,
} from "./files.ts";
import { openZip } from "./zip_archive.ts";

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
      if (members.length >= MOST_FILES) throw tooManyFiles(root);
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(file, `${path}/`);
      if (!entry.isFile && !entry.isSymlink) continue;
      const verdict: Verdict = entry.isSymlink ? { kind: "link" } : judgeMember(path);
      members.push({ path, verdict, open: () => fileStream(file) });
    }
  };
  await walk(root, "").catch((cause) => {
    throw cause instanceof ArchiveError ? cause : unreadable(root, cause);
  });
  return { members: members.sort(byPath), [Symbol.asyncDispose]: () => Promise.resolve() };
}

function fileStream(path: string): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const piped = Deno.open(path).then((file) => file.readable.pipeTo(writable));
  piped.catch((cause) => writable.abort(unreadable(path, cause)).catch(() => {}));
  return readable;
}
