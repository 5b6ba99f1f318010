/**
 * The files of a suite. Suites run side by side; the files of one run one after another in one isolate,
 * so that they load the modules once and open one embedded database. Each file by itself would take
 * one to two seconds of work for that.
 */
import { fileURLToPath } from "node:url";

const TESTS = new URL("../", import.meta.url);

/** Registers the tests of some rooms, which are folders of `tests/`, with the folders in them. */
export async function testsOf(...rooms: readonly string[]): Promise<void> {
  for (const file of rooms.flatMap(testFiles)) await import(new URL(file, TESTS).href);
}

/** Paths of the test files of a folder, from `tests/`, sorted. */
export function testFiles(folder: string): string[] {
  const entries = [...Deno.readDirSync(fileURLToPath(new URL(`${folder}/`, TESTS)))];
  return entries.flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? testFiles(path) : name.endsWith("_test.ts") ? [path] : [];
  }).sort();
}
