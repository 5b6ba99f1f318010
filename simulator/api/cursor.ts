import { decodeBase64Url, encodeBase64Url } from "../text.ts";

/** Where a list continues. It carries the bounds of the list, so the token alone is enough. */
export interface Cursor {
  /** Bounds of the list, in milliseconds. */
  readonly start: number;
  readonly end: number;
  /** Time series: the instant of the last row sent. Documents: how many were sent. */
  readonly after: number;
  /** Time series: how many rows of that instant were sent. */
  readonly skip: number;
  /** Set when the page before this one was empty, so that not two of them follow each other. */
  readonly rested: boolean;
}

/** The opaque text of a cursor. */
export function writeCursor(cursor: Cursor): string {
  const { start, end, after, skip, rested } = cursor;
  return encodeBase64Url(JSON.stringify([start, end, after, skip, rested ? 1 : 0]));
}

/** The cursor of a text; undefined when it was not made here. */
export function readCursor(token: string): Cursor | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(decodeBase64Url(token));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 5) return undefined;
  if (!parts.every((part) => typeof part === "number" && Number.isFinite(part))) return undefined;
  const [start, end, after, skip, rested] = parts as [number, number, number, number, number];
  return { start, end, after, skip, rested: rested === 1 };
}
