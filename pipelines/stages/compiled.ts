/** The stages of a pipeline, compiled once and used for every wearer and window. */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import { createLoader, type Loader } from "./load.ts";
import { type BulkLoader, createBulkLoader } from "./samples/load_samples.ts";
import { createTransform, type Transform } from "./transform.ts";

/** A data type with its compiled transform and loaders. They keep nothing of what they load. */
export interface CompiledType {
  readonly type: PipelineType;
  readonly transform: Transform;
  readonly load: Loader;
  /** Null for documents that are no plain samples. */
  readonly bulk: BulkLoader | null;
}

/** The data types of a pipeline by name. */
export type CompiledTypes = ReadonlyMap<string, CompiledType>;

/** Compiles every data type of a pipeline. */
export function compileTypes({ types }: Pick<Pipeline, "types">): CompiledTypes {
  return new Map(types.map((type) => {
    const transform = createTransform(type);
    const bulk = createBulkLoader(transform.table);
    return [type.name, { type, transform, bulk, load: createLoader(transform.table, { bulk }) }];
  }));
}
