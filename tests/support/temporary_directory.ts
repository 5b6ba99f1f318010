/** A directory that is removed, with all that is in it, at the end of its scope. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/** Makes one, for `await using`. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await Deno.makeTempDir({ prefix: "oura-sync-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
