/** The configuration of a process that goes on while its file is edited. */
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

/** A file that was written so long ago is complete, in ms: an editor may write it in several steps. */
const REST_MS = 1_000;

/**
 * Reads its file whenever it is asked, and compiles it when the content has changed. A file that is
 * wrong or gone is reported once, and the configuration that was in force stays in force.
 */
export class ChangingPipeline implements PipelineSource {
  #current: Pipeline;
  /** The content that was looked at last, as its checksum; null for a file that cannot be read. */
  #seen: string | null;
  #reading: Promise<Pipeline> | null = null;

  /**
   * @param first As it was read at the start; one that ships with the program never changes.
   * @param onProblem Told of each wrong content once.
   */
  constructor(first: Pipeline, private readonly onProblem: (problem: UsageError) => void) {
    this.#current = first;
    this.#seen = first.checksum;
  }

  /** All who ask at once share one reading, so that none goes on with the old one meanwhile. */
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
    // Reading it as a configuration says why.
    return null;
  }
}

async function rested(file: string): Promise<void> {
  const written = await Deno.stat(file).then(({ mtime }) => mtime?.getTime() ?? 0, () => 0);
  const age = Date.now() - written;
  if (age >= 0 && age < REST_MS) await sleep(REST_MS - age);
}

/** The connections of the process are to one schema. */
function otherSchema({ file, schema }: Pipeline): UsageError {
  return new UsageError("CONFIG_NEEDS_RESTART", `${file} names another schema, ${schema}`, {
    hint: "Start the program again: it goes on with the schema it began with.",
  });
}
