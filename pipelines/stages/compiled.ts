/** The stages of a pipeline, compiled once and used for every wearer and window. */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import { createLoader, type Loader } from "./load.ts";
import { createTransform, type Transform } from "./transform.ts";

/** A data type with its compiled transform and loader. Both are free of state. */
export interface CompiledType {
  readonly type: PipelineType;
  readonly transform: Transform;
  readonly load: Loader;
}

/** The data types of a pipeline by name. */
export type CompiledTypes = ReadonlyMap<string, CompiledType>;

/** Compiles every data type of a pipeline. */
export function compileTypes({ types }: Pick<Pipeline, "types">): CompiledTypes {
  return new Map(types.map((type) => {
    const transform = createTransform(type);
    return [type.name, { type, transform, load: createLoader(transform.table) }];
  }));
}
