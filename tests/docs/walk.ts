/** The files of a room of this repository. */

/** Paths relative to the repository, which is the working directory of tests. */
export async function* walk(directory: string, extension: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* walk(path, extension);
    else if (name.endsWith(extension)) yield path;
  }
}
