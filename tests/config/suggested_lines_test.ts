/** Lines that the program suggests are valid as they are, and fill their column. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import { BUILT_IN_COLUMNS, SYSTEM_COLUMNS } from "../../config/names.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { watchDrift } from "../../pipelines/stages/drift.ts";
import { valueColumns } from "../../pipelines/stages/table.ts";
import { createTransform } from "../../pipelines/stages/transform.ts";
import { typeFrom } from "../pipelines/support.ts";
import { exampleOf } from "../oura/catalog_examples.ts";

/** Names that break YAML, paths, identifiers, or meet another name. */
const ODD_NAMES = [
  "with.dot",
  "with space",
  "a.b c.d",
  " edges ",
  "tab\tand\nline",
  'a "quoted" word',
  "it's",
  "back\\slash",
  "Moon-Phase",
  "moonPhase",
  "moon_phase",
  "MOON_PHASE",
  "2nd_reading",
  "température",
  "温度",
  "💍",
  "",
  ".",
  "..",
  "[]",
  "a[]",
  "x".repeat(63),
  "x".repeat(64),
  `${"x".repeat(70)}y`,
  "#key",
  "null",
  "true",
  "no",
  "on",
  "~",
  "123",
  "1e3",
  "<<",
  "- item",
  "? key",
  "key: value",
  "{flow}",
  "[list]",
  "a, b",
  "# comment",
  "&anchor",
  "*alias",
  "!tag",
  "%YAML",
  "@at",
  "`tick`",
  "select",
  "user",
  "order",
  "x-anchor",
  "constructor",
  "toString",
  "__proto__",
  "score",
  "timestamp",
  "source",
  "#existed",
  ...BUILT_IN_COLUMNS,
  ...SYSTEM_COLUMNS,
];

for (const dataType of CATALOG) {
  Deno.test(`every new field of ${dataType.name} gets a valid line that fills its column`, () => {
    const example = exampleOf(dataType);
    const document: Record<string, unknown> = JSON.parse(JSON.stringify(example));
    const added = ODD_NAMES.filter((name) => !(name in example) && name !== "__proto__");
    for (const [i, name] of added.entries()) document[name] = i;
    Object.defineProperty(document, "__proto__", { value: 7, enumerable: true });
    document["outer.inner"] = { "inner": "text" };

    const declared = typeFrom(dataType.name);
    const watch = watchDrift(declared);
    watch.observe(document);
    const fields = watch.found();
    const lines = fields.map(({ yaml }) => yaml).filter((line) => line !== null);
    assert.equal(lines.length, Math.min(added.length + 2, 100));
    const type = typeFrom(dataType.name, ["columns:", ...lines.map((line) => `  ${line}`)]);
    assert.equal(type.columns.length, lines.length);

    const transform = createTransform(type);
    const outcome = transform(document);
    assert.ok("row" in outcome, "reject" in outcome ? outcome.reject.reason : "");
    const first = valueColumns(transform.table).length - type.columns.length;
    for (const [i, column] of type.columns.entries()) {
      assert.notEqual(outcome.row.values[first + i], null, `${column.name}: ${column.path}`);
    }
    const again = watchDrift(type);
    again.observe(document);
    assert.deepEqual(again.found(), []);
  });
}

Deno.test("a line's name is free beside the columns that are declared already", () => {
  const type = typeFrom("daily_sleep", [
    "columns:",
    "  moon_phase: score",
    "  moon_phase_2: score",
  ]);
  const watch = watchDrift(type);
  watch.observe({ moonPhase: 1, "moon.phase": 2 });
  assert.deepEqual(watch.found().map(({ path, yaml }) => [path, yaml]), [
    ["moonPhase", "moon_phase_3: { path: moonPhase, type: integer, new_field: true }"],
    [
      '"moon.phase"',
      `moon_phase_4: { path: '"moon.phase"', type: integer, new_field: true }`,
    ],
  ]);
});

Deno.test("a line's type holds every value that came", () => {
  const cases: [unknown[], string][] = [
    [[1, 2.5], "double precision"],
    [[1, 3e9], "bigint"],
    [[3e9, 0.5, null], "double precision"],
    [[1e300], "double precision"],
    [["2026-01-01", "2026-01-01T10:00:00Z"], "text"],
    [[true, 1], "text"],
    [[null, "word"], "text"],
    [[{ a: 1 }, 7], "jsonb"],
    [[null], "jsonb"],
  ];
  for (const [values, expected] of cases) {
    const watch = watchDrift(typeFrom("daily_sleep"));
    for (const fresh of values) watch.observe({ fresh });
    const line = watch.found()[0]!.yaml!;
    assert.equal(line, `fresh: { path: fresh, type: ${expected}, new_field: true }`);
    const transform = createTransform(typeFrom("daily_sleep", ["columns:", `  ${line}`]));
    for (const fresh of values) {
      assert.ok("row" in transform({ id: "a", day: "2026-01-01", fresh }), JSON.stringify(values));
    }
  }
});

Deno.test("a name that PostgreSQL cannot store gets no line", () => {
  const watch = watchDrift(typeFrom("daily_sleep"));
  watch.observe({ "nul\0": 1, "half\ud800": 2 });
  assert.deepEqual(watch.found().map(({ yaml }) => yaml), [null, null]);
});

Deno.test("a quoted path and a plain one mean the same field", () => {
  const column = (path: string) =>
    parsePipeline(
      `version: 1\ndata_types:\n  daily_sleep:\n    columns: { a: ${path} }\n`,
      "oura.yaml",
    ).pipeline?.types[0]?.columns[0];
  assert.deepEqual(column(`'contributors."deep_sleep"'`), column("contributors.deep_sleep"));
  assert.deepEqual(
    column(`{ path: 'contributors."a.b"', type: text, new_field: true }`)?.path,
    ["contributors", "a.b"],
  );
  const odd = [`'"open'`, `'a."b"c'`, `'"\\u0000"'`, `'"\\x"'`, `"a\\0b"`, "a..b", "'a b'"];
  for (const path of odd) assert.equal(column(path), undefined, path);
});
