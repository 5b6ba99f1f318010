/** Where files go that need not outlive the tests: memory costs a tenth of what a disk does. */
import { statfs } from "node:fs/promises";

/** The directory that is memory, on Linux. */
export const MEMORY = "/dev/shm";
/** The servers of a run take less than half of it. A container often has 64 MB only. */
const NEEDED_BYTES = 2 * 1024 ** 3;

/** A directory in memory with room for a server, or undefined where the system has none. */
export async function memoryDirectory(): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize >= NEEDED_BYTES ? MEMORY : undefined;
  } catch {
    // Only Linux has it.
    return undefined;
  }
}
