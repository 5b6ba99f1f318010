/** Finds and reads the pipeline configuration. */
import SHIPPED from "./oura.yaml" with { type: "text" };
import type { Pipeline } from "./model.ts";
import { loadPipeline, parsePipeline, refuseDanglingLink } from "./pipeline.ts";
import { ConfigError } from "./yaml/problem.ts";

/** Where `oura.yaml` is looked for when no option names it. */
const PLACES = ["oura.yaml", "config/oura.yaml"];

/** What messages call the configuration that ships with the program. */
export const BUILT_IN = "the built-in oura.yaml";

/**
 * The pipeline configuration: the named file, else the first of {@linkcode PLACES}, else the one
 * that ships with the program.
 * @throws {UsageError} When it is wrong, or the named file is missing.
 */
export async function readPipeline(
  options: { readonly config?: string | undefined },
  { path }: { readonly path: (name: string) => string } = { path: (name) => name },
): Promise<Pipeline> {
  const file = options.config === undefined ? await findPipelineFile(path) : path(options.config);
  if (file !== null) return await loadPipeline(file);
  const parsed = parsePipeline(SHIPPED, BUILT_IN);
  if (parsed.problems) throw new ConfigError(BUILT_IN, parsed.problems);
  return parsed.pipeline;
}

/**
 * The first of {@linkcode PLACES} that is there, or null.
 * @throws {UsageError} When one is a link that leads nowhere.
 */
export async function findPipelineFile(path: (name: string) => string): Promise<string | null> {
  for (const file of PLACES.map(path)) {
    await refuseDanglingLink(file);
    if (await exists(file)) return file;
  }
  return null;
}

/** True also for what cannot be read: reading it says why. */
async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    return !(error instanceof NotFound || error instanceof NotADirectory);
  }
}
