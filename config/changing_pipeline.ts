/** The configuration of a process that keeps running while its file is edited. */
import { createHash } from "node:crypto";
import { UsageError } from "../lib/errors.ts";
import { sleep } from "../lib/process/sleep.ts";
import { BUILT_IN } from "./find_pipeline.ts";
import type { Pipeline } from "./model.ts";
import { loadPipeline } from "./pipeline.ts";

/** Where a process learns which configuration is in force. */
export interface PipelineSource {
  /** The configuration as it is declared now. */
  current(): Promise<Pipeline>;
}

/** A configuration that stays as it is. */
export function fixedPipeline(pipeline: Pipeline): PipelineSource {
  return { current: () => Promise.resolve(pipeline) };
}

/** How long after its last change a file is complete, in ms: an editor may write it in several steps. */
const REST_MS = 1_000;

/**
 * Reads its file at each call, and compiles it when the content has changed. A file that is invalid
 * or missing is reported once, and the previous configuration stays in force.
 */
export class ChangingPipeline implements PipelineSource {
  #current: Pipeline;
  /** The checksum of the content that was read last; null for a file that cannot be read. */
  #seen: string | null;
  #reading: Promise<Pipeline> | null = null;

  /**
   * @param first The configuration that was read at the start; the built-in one never changes.
   * @param onProblem Called once for each invalid content of the file.
   */
  constructor(first: Pipeline, private readonly onProblem: (problem: UsageError) => void) {
    this.#current = first;
    this.#seen = first.checksum;
  }

  /** Calls at the same time share one reading, so that none of them returns the old configuration. */
  current(): Promise<Pipeline> {
    return this.#reading ??= this.#read().finally(() => this.#reading = null);
  }

  async #read(): Promise<Pipeline> {
    const { file } = this.#current;
    if (file === BUILT_IN || await checksumOf(file) === this.#seen) return this.#current;
    await rested(file);
    const seen = await checksumOf(file);
    if (seen === this.#seen) return this.#current;
    this.#seen = seen;
    try {
      const read = await loadPipeline(file);
      if (read.schema !== this.#current.schema) throw otherSchema(read);
      this.#current = read;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.onProblem(error);
    }
    return this.#current;
  }
}

async function checksumOf(file: string): Promise<string | null> {
  try {
    return createHash("sha256").update(await Deno.readFile(file)).digest("hex");
  } catch {
    // `loadPipeline` reports why.
    return null;
  }
}

async function rested(file: string): Promise<void> {
  const written = await Deno.stat(file).then(({ mtime }) => mtime?.getTime() ?? 0, () => 0);
  const age = Date.now() - written;
  if (age >= 0 && age < REST_MS) await sleep(REST_MS - age);
}

/** All connections of a process use one schema. */
function otherSchema({ file, schema }: Pipeline): UsageError {
  return new UsageError("CONFIG_NEEDS_RESTART", `${file} names another schema, ${schema}`, {
    hint: "Restart the program. Until then it uses the schema it started with.",
  });
}
