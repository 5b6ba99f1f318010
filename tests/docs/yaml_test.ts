import assert from "node:assert/strict";
import { COLUMN_TYPES } from "../../lib/column_type.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import { DEFAULTS } from "../../tools/docs/grammar.ts";
import { pages } from "../../tools/docs/pages.ts";
import { fences } from "./markdown.ts";

const EXAMPLES = (await pages()).flatMap(({ path, text }) => fences(path, text))
  .filter(({ language, text }) => language === "yaml" && !/^(on|services|jobs):/m.test(text));

for (const { path, line, text } of EXAMPLES) {
  Deno.test(`the YAML at ${path}:${line} validates`, () => {
    const { problems } = parsePipeline(completed(text), path);
    assert.deepEqual(problems?.map((problem) => problem.message) ?? [], []);
  });
}

/** A part of the file, such as one data type, put where it belongs. */
function completed(text: string): string {
  if (/^version:/m.test(text)) return text;
  if (/^data_types:/m.test(text)) return `version: 1\n${text}`;
  return `version: 1\ndata_types:\n${text.replaceAll(/^/gm, "  ")}`;
}

Deno.test("the defaults in the documentation are those of the validator", () => {
  const bare = parse("version: 1\ndata_types: { sleep: {} }");
  const written = Object.entries(DEFAULTS).map(([key, value]) => {
    const [section, ...keys] = key.split(".");
    return `${section}: ${keys.reduceRight((inner, name) => `{ ${name}: ${inner} }`, value)}`;
  });
  for (const line of written) {
    const { checksum: _, ...spelled } = parse(`version: 1\n${line}\ndata_types: { sleep: {} }`);
    const { checksum: __, ...silent } = bare;
    assert.deepEqual(spelled, silent, line);
  }
});

Deno.test("docs/configuration.md names every column type", async () => {
  const page = await Deno.readTextFile("docs/configuration.md");
  const listed = /Column types: (.*)\./.exec(page)![1]!.replaceAll("`", "").split(", ");
  assert.deepEqual(listed, [...COLUMN_TYPES]);
});

function parse(text: string) {
  const { pipeline, problems } = parsePipeline(text, "oura.yaml");
  assert.deepEqual(problems ?? [], []);
  return pipeline!;
}
