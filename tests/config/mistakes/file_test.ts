/** Mistakes in the text and at the top of the file, and how all of them are told. */
import assert from "node:assert/strict";
import { columns, FILE, said, testMistakes, type } from "./support.ts";

testMistakes([
  // The text.
  { name: "empty file", yaml: "", expected: ["1:1 the file is empty; it must name version"] },
  { name: "only comments", yaml: "# hi\n", expected: ["1:1 the file is empty"] },
  { name: "no mapping", yaml: "- a\n", expected: ["1:1 the file must be a mapping"] },
  { name: "plain text", yaml: "hello", expected: ["1:1 the file must be a mapping"] },
  {
    name: "several documents",
    yaml: "version: 1\n---\nversion: 1\n",
    expected: ["2:1 a second document starts here"],
  },
  {
    name: "tab as indentation",
    yaml: "version: 1\ndata_types:\n\tsleep: {}\n",
    expected: ["3:1 a tab used for indentation; YAML needs spaces"],
  },
  { name: "broken flow", yaml: "version: 1\ndata_types: {sleep: {}\n", expected: ["3:1 not YAML"] },
  { name: "unknown tag", yaml: "version: !!js/function x\n", expected: ["1:10 not YAML"] },
  {
    name: "non-breaking spaces as indentation",
    yaml: "version: 1\ndata_types:\n\u00a0\u00a0sleep: {}\n \u202f- a\n\u2003x: 1\n",
    expected: [
      "3:1 a non-breaking space (U+00A0) used for indentation; YAML needs plain spaces",
      "4:2 a non-breaking space (U+202F) used for indentation; YAML needs plain spaces",
      "5:1 a blank (U+2003) used for indentation; YAML needs plain spaces",
    ],
  },
  {
    name: "a column called `on`, in a file that says it is YAML 1.1",
    yaml: "%YAML 1.1\n---\n" + columns("on: scor", "no: score"),
    expected: ['7:7 data_types.daily_sleep.columns.on: no field "scor" in daily_sleep'],
  },
  {
    name: "alias without anchor",
    yaml: type("sleep: *nothing"),
    expected: ["3:3 data_types.sleep: no anchor &nothing precedes this alias"],
  },
  {
    name: "alias inside itself",
    yaml: type("sleep: &s", "  columns: *s"),
    expected: ["4:5 data_types.sleep.columns: the alias *s contains itself"],
  },
  {
    name: "duplicate column",
    yaml: columns("score: score", "score: contributors.timing"),
    expected: [
      '6:7 data_types.daily_sleep.columns.score: duplicate key "score"; first in line 5',
    ],
  },
  {
    name: "duplicate data type",
    yaml: type("sleep: {}", "sleep: {}"),
    expected: ['4:3 data_types.sleep: duplicate key "sleep"; first in line 3'],
  },
  {
    name: "key that is a list",
    yaml: type("sleep: {}", "? [a]", ": b"),
    expected: ["2:1 data_types: a key must be a plain word"],
  },
  // The top of the file.
  {
    name: "version missing",
    yaml: "data_types: { sleep: {} }",
    expected: ["1:1 version: missing; this program reads version 1; write version: 1"],
  },
  {
    name: "other version",
    yaml: "data_types: { sleep: {} }\nversion: 2",
    expected: ["2:1 version: this program reads version 1; write version: 1"],
  },
  {
    name: "unknown top-level key",
    yaml: "version: 1\ndatatypes: { sleep: {} }",
    expected: [
      "1:1 data_types: missing; must be a mapping",
      '2:1 datatypes: unknown key "datatypes"; did you mean "data_types"?',
    ],
  },
  {
    name: "no data types",
    yaml: "version: 1\ndata_types: {}",
    expected: ["2:1 data_types: must name at least one data type"],
  },
  {
    name: "schema name in capitals",
    yaml: "version: 1\ndestination:\n  schema: Oura Data\ndata_types: { sleep: {} }",
    expected: [
      "3:3 destination.schema: not a lower-case SQL name (letters, digits and _, not " +
      'starting with a digit); write "oura_data"',
    ],
  },
  {
    name: "schema of PostgreSQL",
    yaml: "version: 1\ndestination: { schema: pg_catalog }\ndata_types: { sleep: {} }",
    expected: ['2:16 destination.schema: "pg_catalog" belongs to PostgreSQL itself'],
  },
  {
    name: "contract value misspelt",
    yaml: "version: 1\ncontract: { new_fields: wran }\ndata_types: { sleep: {} }",
    expected: [
      '2:13 contract.new_fields: "wran" is not one of ignore, warn, fail; did you mean "warn"?',
    ],
  },
  {
    name: "percentage without %",
    yaml: "version: 1\ncontract:\n  max_rejects: 1\ndata_types: { sleep: {} }",
    expected: ["3:3 contract.max_rejects: write a percentage from 0% to 100%"],
  },
  {
    name: "percentage above 100%",
    yaml: "version: 1\ncontract:\n  max_rejects: 101%\ndata_types: { sleep: {} }",
    expected: ["3:3 contract.max_rejects: write a percentage from 0% to 100%"],
  },
  {
    name: "defaults keep history without raw",
    yaml: "version: 1\ndefaults: { keep_raw: false, history: true }\ndata_types: { sleep: {} }",
    expected: ["2:30 defaults.history: history needs keep_raw: true"],
  },
  {
    name: "default look-back before the beginning",
    yaml:
      "version: 1\ndefaults: { window: { initial: 7d, lookback: 2w } }\ndata_types: { sleep: {} }",
    expected: ["2:36 defaults.window.lookback: lookback (14d) reaches further than initial (7d)"],
  },
]);

Deno.test("parsePipeline() suggests a column type for other databases' names", () => {
  const suggestion = (name: string) =>
    said(columns(`x: { path: score, type: ${name} }`))[0]?.match(/did you mean "(.+)"/)?.[1];
  assert.equal(suggestion("int"), "integer");
  assert.equal(suggestion("varchar"), "text");
  assert.equal(suggestion("float8"), "double precision");
  assert.equal(suggestion("interger"), "integer");
  assert.equal(suggestion("timestamp"), "timestamptz");
});

Deno.test("parsePipeline() reports all mistakes in one go, in the order of the file", () => {
  const lines = said([
    "vers: 1",
    "contract: { new_fields: wran }",
    "data_types:",
    "  daily_sleep:",
    "    columns:",
    "      scor: scor",
    "      Score: scor",
    "      x: { path: score, type: boolean, indx: 1 }",
    "  daily_slep: {}",
    "  heart_rate: { window: { chunk: 31d } }",
  ].join("\n"));
  const places = lines.map((line) => line.split(" ", 2).join(" ").replace(`${FILE}:`, ""));
  assert.deepEqual(places, [
    "1:1 version:",
    "1:1 vers:",
    "2:13 contract.new_fields:",
    "6:7 data_types.daily_sleep.columns.scor:",
    "7:7 data_types.daily_sleep.columns.Score:",
    "7:7 data_types.daily_sleep.columns.Score:",
    "8:25 data_types.daily_sleep.columns.x.type:",
    "8:40 data_types.daily_sleep.columns.x.indx:",
    "9:3 data_types.daily_slep:",
    "10:27 data_types.heart_rate.window.chunk:",
  ]);
});

Deno.test("parsePipeline() finds the place in a text with a byte order mark and CRLF", () => {
  const text = `\uFEFF${columns("scor: scor").replaceAll("\n", "\r\n")}`;
  assert.match(said(text)[0] ?? "", /^config\/oura\.yaml:5:7 data_types/);
  assert.match(said("\uFEFFversio: 1").at(-1) ?? "", /^config\/oura\.yaml:1:1 versio/);
});

Deno.test("parsePipeline() shows no line break of a key and cuts long words short", () => {
  const [line] = said(columns(`x: ${"a".repeat(5000)}`, '"a\\nb": score'));
  assert.ok(line !== undefined && line.length < 300);
  assert.ok(said(columns('"a\\nb": score')).every((each) => !each.includes("\n")));
});
