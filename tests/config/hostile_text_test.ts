/** Texts no person writes: the validator answers, within bounds, and never throws. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePipeline } from "../../config/pipeline.ts";
import { formatProblem } from "../../config/yaml/problem.ts";
import { LARGEST_FILE } from "../../config/yaml/yaml_source.ts";

const SHIPPED = await Deno.readTextFile(new URL("../../config/oura.yaml", import.meta.url));
const MOST_LINES = 101;

/** The answer to a text: it is well-formed and every problem stands inside the text. */
function answer(text: string): readonly string[] {
  const { pipeline, problems } = parsePipeline(text, "oura.yaml");
  if (pipeline) return [];
  assert.ok(problems.length > 0 && problems.length <= MOST_LINES, `${problems.length} problems`);
  const lines = text.split("\n").length;
  for (const problem of problems) {
    assert.ok(problem.line >= 1 && problem.line <= lines + 1, `line ${problem.line} of ${lines}`);
    assert.ok(problem.column >= 1);
    const line = formatProblem("oura.yaml", problem);
    assert.ok(!line.includes("\n") && line.length < 2000, line);
  }
  return problems.map((problem) => problem.message);
}

function bomb(levels: number): string {
  const lines = ["version: 1", "x-0: &a0 [a, a, a, a, a, a, a, a, a, a]"];
  for (let level = 1; level <= levels; level++) {
    const alias = `*a${level - 1}`;
    lines.push(`x-${level}: &a${level} [${Array(10).fill(alias).join(", ")}]`);
  }
  return lines.join("\n");
}

Deno.test("parsePipeline() refuses a large file unread", () => {
  const [message, ...more] = answer(`version: 1\n${"#".repeat(10 * LARGEST_FILE)}`);
  assert.match(message ?? "", /larger than/);
  assert.equal(more.length, 0);
});

Deno.test("parsePipeline() refuses a bomb of aliases", () => {
  assert.match(answer(bomb(9))[0] ?? "", /more than 20000 values, aliases counted/);
  const merges = ["version: 1", "x-0: &m0 { a: 1 }"];
  for (let level = 1; level < 40; level++) {
    merges.push(`x-${level}: &m${level} { <<: [*m${level - 1}, *m${level - 1}] }`);
  }
  assert.match(answer(merges.join("\n"))[0] ?? "", /more than 20000 values/);
});

Deno.test("parsePipeline() refuses deep nesting", () => {
  for (const text of ["[".repeat(20_000), "- ".repeat(5_000), "{a: ".repeat(5_000)]) {
    assert.match(answer(text).join(), /nested too deeply/);
  }
  const deep = Array.from({ length: 100 }, (_, level) => `${" ".repeat(level)}a:`).join("\n");
  assert.match(answer(deep).join(), /nested too deeply/);
});

Deno.test("parsePipeline() says only so many mistakes", () => {
  const wrong = Array.from({ length: 3000 }, (_, index) => `  slep${index}: {}`);
  const messages = answer(`version: 1\ndata_types:\n${wrong.join("\n")}`);
  assert.equal(messages.length, MOST_LINES);
  assert.equal(messages.at(-1), "… and 2900 more");
});

Deno.test("parsePipeline() is not fooled by names every object has", () => {
  for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assert.ok(answer(`version: 1\ndata_types: { ${key}: {} }`).length > 0, key);
    assert.ok(
      answer(`version: 1\ndata_types: { sleep: { columns: { ${key}: ${key} } } }`).length > 0,
      key,
    );
    assert.ok(
      answer(`version: 1\ndata_types: { sleep: {} }\ncontract: { new_fields: ${key} }`).length > 0,
    );
    assert.ok(answer(`version: 1\n${key}: 1\ndata_types: { sleep: {} }`).length > 0, key);
  }
});

const snippet = fc.oneof(
  fc.constantFrom(..."&*<<:{}[]\"'|>-?!%@`#,\t\r\n \uFEFF\0\\~"),
  fc.constantFrom(
    "null",
    "1e999",
    ".nan",
    "0x1",
    "<<: *a",
    "&a ",
    "*a",
    "- ",
    "__proto__: 1",
    "\n---\n",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);

const edit = fc.record({
  at: fc.nat(SHIPPED.length),
  cut: fc.oneof(fc.nat(3), fc.nat(200)),
  insert: snippet,
});

function edited(edits: readonly { at: number; cut: number; insert: string }[]): string {
  return edits.reduce(
    (text, { at, cut, insert }) => text.slice(0, at) + insert + text.slice(at + cut),
    SHIPPED,
  );
}

Deno.test("parsePipeline() answers to any edit of the shipped file", () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      answer(edited(edits));
    }),
    { numRuns: 250 },
  );
});

Deno.test("parsePipeline() answers to any values under the right keys", () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const section = (...keys: string[]) =>
    fc.oneof(
      value,
      fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] }),
    );
  const entry = section("path", "type", "index", "every", "start", "codes", "shape", "new_field");
  const type = fc.oneof(
    value,
    fc.record({
      endpoint: fc.oneof(value, fc.constant("/v2/usercollection/meal")),
      window: section("initial", "lookback", "late", "chunk", "by"),
      key: value,
      columns: fc.dictionary(fc.constantFrom("score", "id", "day", "X", "__proto__"), entry),
      series: fc.dictionary(fc.constantFrom("hrv", "met", "sleep"), entry),
      view: value,
    }, { requiredKeys: [] }),
  );
  const file = fc.record({
    version: fc.oneof(value, fc.constant(1)),
    destination: section("schema"),
    defaults: section("window", "keep_raw", "history"),
    contract: section("new_fields", "bad_rows", "max_rejects"),
    data_types: fc.dictionary(fc.constantFrom("sleep", "daily_sleep", "meal", "heart_rate"), type),
  }, { requiredKeys: [] });
  fc.assert(
    fc.property(file, (declared) => {
      answer(JSON.stringify(declared));
    }),
    { numRuns: 150 },
  );
});
