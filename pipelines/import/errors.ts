/** Why an archive is not imported. Nothing has been written when one of these is thrown. */
import { MOST_FILES } from "./files.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";

/** The archive cannot be read: it is missing, damaged, encrypted, or not an account export. */
export class ArchiveError extends UsageError {}

const DOWNLOAD = "Download the export again: https://membership.ouraring.com/data-export.";

/** There is nothing at the path. */
export function missing(path: string, cause: unknown): ArchiveError {
  return new ArchiveError("ARCHIVE_MISSING", `there is no archive at ${path}`, {
    hint: "Name the ZIP file that Oura's data export gave you, or the folder it was unpacked to.",
    cause,
  });
}

/** The operating system refuses to open or read a file. */
export function unreadable(path: string, cause: unknown): ArchiveError {
  return new ArchiveError("ARCHIVE_UNREADABLE", `${path} cannot be read: ${messageOf(cause)}`, {
    hint: "Check who may read the file, and the disk it is on.",
    cause,
  });
}

/** The ZIP is cut, its checksums do not match, or it is no ZIP. */
export function damaged(what: string, cause?: unknown): ArchiveError {
  return new ArchiveError("ARCHIVE_DAMAGED", `${what} is damaged or not a ZIP archive`, {
    hint: DOWNLOAD,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A member has a password. */
export function encrypted(path: string): ArchiveError {
  return new ArchiveError("ARCHIVE_ENCRYPTED", `${path} is encrypted`, {
    hint: "Oura's export has no password. Unpack the archive and name the folder instead.",
  });
}

/** A member is compressed in a way that this program cannot unpack. */
export function unreadablyPacked(path: string): ArchiveError {
  return new ArchiveError("ARCHIVE_PACKED", `${path} is packed in a way that cannot be read`, {
    hint: "Unpack the archive and name the folder instead, or download the export again.",
  });
}

/** A member's size or path is none that Oura writes. */
export function unsafe(path: string, why: string): ArchiveError {
  return new ArchiveError("ARCHIVE_UNSAFE", `${path}: ${why}`, {
    hint: `This is not an archive that Oura made. ${DOWNLOAD}`,
  });
}

/** Not the export, but a whole disk, or an archive that is to exhaust the reader. */
export function tooManyFiles(path: string): ArchiveError {
  return unsafe(path, `there are more than ${MOST_FILES} files in it`);
}

/** No member is a file of an account export. */
export function unknown(path: string): ArchiveError {
  return new ArchiveError("ARCHIVE_UNKNOWN", `${path} holds no file of an Oura account export`, {
    hint: "The export holds files such as App Data/dailysleep.csv. See docs/import.md.",
  });
}

/** A format that Oura gave up. */
export function outdated(path: string, format: string): ArchiveError {
  return new ArchiveError("ARCHIVE_OUTDATED", `${path} is ${format}, which cannot be imported`, {
    hint: "Today's ZIP export has the whole history, back to your first ring: " +
      "https://membership.ouraring.com/data-export.",
  });
}

/** The archive shares no document with what the wearer has of the same days. */
export function otherWearer(userId: string, days: number): UsageError {
  return new UsageError(
    "OTHER_WEARER",
    `the archive seems to be another person's: of ${days} days that wearer ${userId} has too, ` +
      "it shares no document",
    { hint: "Name the right wearer with --user-id, or use --force if you are sure." },
  );
}
