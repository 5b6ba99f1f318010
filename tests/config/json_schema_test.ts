import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { pipelineJsonSchema } from "../../config/yaml/json_schema.ts";

const read = (name: string) => Deno.readTextFile(new URL(`../../config/${name}`, import.meta.url));

const validate = new Ajv({ strict: true }).compile(pipelineJsonSchema());
const accepts = (declared: unknown) => validate(declared);
const sleep = (declared: unknown) => accepts({ version: 1, data_types: { sleep: declared } });

Deno.test("config/oura.schema.json is what `deno task schema:write` writes", async () => {
  const written = await read("oura.schema.json");
  assert.equal(written, `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`);
});

Deno.test("the shipped oura.yaml is valid by the schema it names in its first line", async () => {
  const text = await read("oura.yaml");
  assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=./oura.schema.json");
  assert.ok(accepts(parse(text, { merge: true })), JSON.stringify(validate.errors));
});

Deno.test("the schema accepts what the validator accepts", () => {
  assert.ok(sleep(null));
  assert.ok(sleep({}));
  assert.ok(sleep({ columns: null, series: { a: "hrv" }, window: { initial: "12w" } }));
  assert.ok(sleep({ columns: { hrv: { path: "average_hrv", type: "smallint", index: true } } }));
  assert.ok(sleep({ columns: { x: { path: "brand_new", type: "text", new_field: true } } }));
  const meal = {
    endpoint: "/v2/usercollection/meal",
    window: { by: "date" },
    key: ["id"],
    columns: { day: { path: "day", type: "date" }, kind: { path: "type", type: "text" } },
  };
  assert.ok(accepts({ version: 1, "x-anchors": [], data_types: { meal } }));
});

Deno.test("the schema refuses unknown keys, paths and types, so that an editor underlines them", () => {
  assert.ok(!accepts({ version: 2, data_types: { sleep: {} } }));
  assert.ok(!accepts({ version: 1 }));
  assert.ok(!accepts({ version: 1, data_types: {} }));
  assert.ok(!accepts({ version: 1, data_types: { slep: {} } }));
  assert.ok(!sleep({ colums: {} }));
  assert.ok(!sleep({ columns: { score: "scor" } }));
  assert.ok(!sleep({ columns: { hrv: { path: "average_hrv", type: "int" } } }));
  assert.ok(!sleep({ series: { a: "average_hrv" } }));
  assert.ok(!sleep({ window: { initial: "90" } }));
  assert.ok(!sleep({ endpoint: "/v2/usercollection/sleep" }));
});

Deno.test("the schema explains units, so that an editor shows them", () => {
  const schema = pipelineJsonSchema() as {
    definitions: Record<string, { anyOf: { const: string; description: string }[] }>;
  };
  const paths = schema.definitions["sleep.path"]!.anyOf;
  const hrv = paths.find((path) => path.const === "average_hrv");
  assert.match(hrv?.description ?? "", /Unit: ms\./);
});
