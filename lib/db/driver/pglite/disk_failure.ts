/** A disk that cannot take what the embedded database writes, in our words. */
import { DatabaseError, messageOf } from "../../../errors.ts";

/** What the operating system calls a disk, or a quota, without room. */
const FULL: readonly string[] = ["ENOSPC", "EDQUOT"];

/** Other reasons why a disk does not take a write. */
const BROKEN: readonly string[] = ["EIO", "EROFS", "EFBIG"];

/** The same as WASI numbers them, which is what WebAssembly's file system throws. */
const WASI_NAMES: ReadonlyMap<number, string> = new Map([
  [19, "EDQUOT"],
  [22, "EFBIG"],
  [29, "EIO"],
  [51, "ENOSPC"],
  [69, "EROFS"],
]);

/** The same as the operating systems number them: Deno has no name for all of them. */
const SYSTEM_NAMES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  linux: { 5: "EIO", 27: "EFBIG", 28: "ENOSPC", 30: "EROFS", 122: "EDQUOT" },
  darwin: { 5: "EIO", 27: "EFBIG", 28: "ENOSPC", 30: "EROFS", 69: "EDQUOT" },
  windows: { 19: "EROFS", 39: "ENOSPC", 112: "ENOSPC" },
};

/**
 * The error for a failed write of Deno, Node or WebAssembly's file system.
 * @param directory Where the embedded database is.
 * @returns Null where it is not the disk that failed.
 */
export function diskFailure(error: unknown, directory: string): DatabaseError | null {
  const name = nameOf(error);
  if (FULL.includes(name)) {
    return new DatabaseError("DATABASE_FULL", `${directory}: no free space on the disk (${name})`, {
      hint:
        "Free space on the disk of OURA_DATA_DIR; the data is whole, and the next run goes on " +
        "where this one stopped.",
    });
  }
  if (!BROKEN.includes(name)) return null;
  return new DatabaseError(
    "DATABASE_DIRECTORY_UNWRITABLE",
    `${directory}: the disk does not take what the embedded database writes (${name})`,
    { hint: "Look at the disk and how it is mounted, or point OURA_DATA_DIR at another one." },
  );
}

function nameOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  // WebAssembly's file system throws objects that are no Error and say nothing but a number.
  if ("errno" in error && typeof error.errno === "number") return WASI_NAMES.get(error.errno) ?? "";
  const number = /\(os error (\d+)\)/.exec(messageOf(error))?.[1];
  return SYSTEM_NAMES[Deno.build.os]?.[Number(number)] ?? "";
}
