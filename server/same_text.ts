import { createHash, timingSafeEqual } from "node:crypto";

/** Whether two secrets are the same; takes the same time wherever they differ. */
export function isSameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

/** Equally long for all texts, so that not even their lengths can be told apart. */
function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
