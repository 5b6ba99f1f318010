/** The configuration that ships with the program, as the documentation describes it. */
import type { Pipeline } from "../../config/model.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import SHIPPED from "../../config/oura.yaml" with { type: "text" };

/**
 * The shipped `oura.yaml`, parsed.
 * @throws {Error} When it is wrong.
 */
export function shippedPipeline(): Pipeline {
  const { pipeline, problems } = parsePipeline(SHIPPED, "config/oura.yaml");
  if (problems) throw new Error(problems.map(({ message }) => message).join("\n"));
  return pipeline;
}
