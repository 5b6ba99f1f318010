/** Kinds of mistake in `oura.yaml`, each with the very line a person reads. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import { formatProblem } from "../../config/yaml/problem.ts";

const FILE = "config/oura.yaml";

/** All that is said of a text, in order. */
function said(text: string): string[] {
  return (parsePipeline(text, FILE).problems ?? []).map((problem) => formatProblem(FILE, problem));
}

interface Mistake {
  readonly name: string;
  readonly yaml: string;
  /** `line:column`, the path, and how the message begins or what it must contain. */
  readonly expected: readonly string[];
}

/** A file with one data type, whose lines start at line 3. */
const type = (...lines: string[]) =>
  ["version: 1", "data_types:", ...lines.map((line) => `  ${line}`)].join("\n");

/** A file with columns of daily_sleep, which start at line 5, column 7. */
const columns = (...lines: string[]) =>
  type("daily_sleep:", "  columns:", ...lines.map((line) => `    ${line}`));

const NAME_63 = "a".repeat(63);

const MISTAKES: readonly Mistake[] = [
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
  // Data types.
  {
    name: "data type misspelt",
    yaml: type("daily_slep: {}"),
    expected: [
      '3:3 data_types.daily_slep: unknown data type "daily_slep"; did you mean "daily_sleep"?',
    ],
  },
  {
    name: "data type in Oura's spelling",
    yaml: type("heartrate: {}"),
    expected: [
      '3:3 data_types.heartrate: unknown data type "heartrate"; did you mean "heart_rate"?',
    ],
  },
  {
    name: "unknown data type",
    yaml: type("glucose: {}"),
    expected: [
      '3:3 data_types.glucose.endpoint: missing; the catalog knows no data type "glucose"',
    ],
  },
  {
    name: "unknown key of a data type",
    yaml: type("sleep:", "  colums: { type: type }"),
    expected: ['4:5 data_types.sleep.colums: unknown key "colums"; did you mean "columns"?'],
  },
  {
    name: "data type that is a word",
    yaml: type("sleep: yes please"),
    expected: ['3:3 data_types.sleep: "yes please": must be a mapping; {} takes all the defaults'],
  },
  {
    name: "truth value as a word",
    yaml: type("sleep: { view: yes }"),
    expected: ['3:12 data_types.sleep.view: "yes": write true or false'],
  },
  {
    name: "history without raw",
    yaml: type("sleep:", "  keep_raw: false", "  history: true"),
    expected: ["5:5 data_types.sleep.history: history needs keep_raw: true"],
  },
  {
    name: "endpoint of a known type",
    yaml: type("sleep: { endpoint: /v2/usercollection/sleep }"),
    expected: ["3:12 data_types.sleep.endpoint: the catalog knows the endpoint of sleep"],
  },
  // Windows.
  {
    name: "span without unit",
    yaml: type("sleep: { window: { initial: 90 } }"),
    expected: ["3:22 data_types.sleep.window.initial: write a number of days, weeks or years"],
  },
  {
    name: "span in months",
    yaml: type("sleep: { window: { initial: 6m } }"),
    expected: [
      '3:22 data_types.sleep.window.initial: "6m": write a number of days, weeks or years',
    ],
  },
  {
    name: "span of nothing",
    yaml: type("sleep: { window: { initial: 0d } }"),
    expected: ["3:22 data_types.sleep.window.initial: must be 1d to 100y"],
  },
  {
    name: "chunk longer than Oura answers",
    yaml: type("heart_rate:", "  window: { chunk: 60d }"),
    expected: ["4:15 data_types.heart_rate.window.chunk: Oura answers at most 30d a request here"],
  },
  {
    name: "chunk shorter than its padding",
    yaml: type("sleep:", "  window: { chunk: 6d }"),
    expected: ["4:15 data_types.sleep.window.chunk: must be at least 7d, padding included"],
  },
  {
    name: "chunk of samples shorter than its padding",
    yaml: type("heart_rate:", "  window: { chunk: 2d }"),
    expected: ["4:15 data_types.heart_rate.window.chunk: must be at least 3d, padding included"],
  },
  {
    name: "look-back before the beginning",
    yaml: type("sleep:", "  window: { initial: 5d }"),
    expected: [
      "4:15 data_types.sleep.window.initial: lookback (7d) reaches further than initial (5d)",
    ],
  },
  {
    name: "known type asked another way",
    yaml: type("sleep:", "  window: { by: datetime }"),
    expected: ["4:15 data_types.sleep.window.by: sleep is asked by date; leave by out"],
  },
  // Columns.
  {
    name: "path misspelt, as in the manual",
    yaml: columns("scor: scor"),
    expected: [
      '5:7 data_types.daily_sleep.columns.scor: no field "scor" in daily_sleep; did you mean "score"?',
    ],
  },
  {
    name: "nested path misspelt",
    yaml: columns("deep: contributors.deep_slep"),
    expected: [
      '5:7 data_types.daily_sleep.columns.deep: no field "contributors.deep_slep" in daily_sleep; did you mean "contributors.deep_sleep"?',
    ],
  },
  {
    name: "outer object left out",
    yaml: columns("deep: deep_sleep"),
    expected: [
      '5:7 data_types.daily_sleep.columns.deep: no field "deep_sleep" in daily_sleep; did you mean "contributors.deep_sleep"?',
    ],
  },
  {
    name: "path in the long form",
    yaml: columns("deep: { path: contributors.dep_sleep }"),
    expected: [
      '5:15 data_types.daily_sleep.columns.deep.path: no field "contributors.dep_sleep" in daily_sleep; did you mean "contributors.deep_sleep"?',
    ],
  },
  {
    name: "path nothing is near to",
    yaml: columns("x: glucose"),
    expected: [
      '5:7 data_types.daily_sleep.columns.x: no field "glucose" in daily_sleep; if Oura sends it, add its type and new_field: true',
    ],
  },
  {
    name: "path into a number",
    yaml: columns("x: score.value"),
    expected: [
      '5:7 data_types.daily_sleep.columns.x: "score" in daily_sleep is integer, with no fields inside',
    ],
  },
  {
    name: "path into a list",
    yaml: type("rest_mode_period:", "  columns:", "    x: episodes.tags"),
    expected: [
      '5:7 data_types.rest_mode_period.columns.x: "episodes" is a list, whose items have no path',
    ],
  },
  {
    name: "path with an empty part",
    yaml: columns("x: contributors..timing"),
    expected: ["5:7 data_types.daily_sleep.columns.x"],
  },
  {
    name: "column without a path",
    yaml: columns("x:"),
    expected: ["5:7 data_types.daily_sleep.columns.x: write a path (score: score) or { path"],
  },
  {
    name: "long form without a path",
    yaml: columns("x: { type: text }"),
    expected: ["5:7 data_types.daily_sleep.columns.x.path: missing; write a path in the document"],
  },
  {
    name: "type by another name",
    yaml: columns("x: { path: score, type: int }"),
    expected: ['5:25 data_types.daily_sleep.columns.x.type: "int" is not one of'],
  },
  {
    name: "type misspelt",
    yaml: columns("x: { path: score, type: interger }"),
    expected: ['5:25 data_types.daily_sleep.columns.x.type: "interger" is not one of'],
  },
  {
    name: "type that never fits",
    yaml: type("sleep:", "  columns:", "    x: { path: type, type: smallint }"),
    expected: [
      '5:24 data_types.sleep.columns.x.type: smallint never fits "type", which is text; what fits: text, jsonb',
    ],
  },
  {
    name: "unknown option of a column",
    yaml: columns("x: { path: score, indx: true }"),
    expected: [
      '5:25 data_types.daily_sleep.columns.x.indx: unknown key "indx"; did you mean "index"?',
    ],
  },
  {
    name: "column name in capitals",
    yaml: columns("deepSleep: score"),
    expected: ["5:7 data_types.daily_sleep.columns.deepSleep: not a lower-case SQL name"],
  },
  {
    name: "column name too long",
    yaml: columns(`${NAME_63}b: score`),
    expected: [
      `5:7 data_types.daily_sleep.columns.${NAME_63}b: the name has 64 characters, PostgreSQL keeps 63; write "${NAME_63}"`,
    ],
  },
  {
    name: "built-in column",
    yaml: columns("user_id: id"),
    expected: [
      '5:7 data_types.daily_sleep.columns.user_id: the column "user_id" is always there, filled by the program',
    ],
  },
  {
    name: "built-in column from elsewhere",
    yaml: columns("day: timestamp"),
    expected: [
      '5:7 data_types.daily_sleep.columns.day: the column "day" is always there, as date filled from day',
    ],
  },
  {
    name: "key column from elsewhere",
    yaml: type("heart_rate:", "  columns:", "    source: bpm"),
    expected: [
      '5:7 data_types.heart_rate.columns.source: the column "source" is always there, as text filled from source',
    ],
  },
  {
    name: "system column",
    yaml: columns("xmin: score"),
    expected: ['5:7 data_types.daily_sleep.columns.xmin: "xmin" is a system column of PostgreSQL'],
  },
  {
    name: "more columns than a table holds",
    yaml: columns(...Array.from({ length: 1501 }, (_, index) => `c${index}: score`)),
    expected: ["4:5 data_types.daily_sleep.columns: 1501 columns"],
  },
  {
    name: "index on a built-in column",
    yaml: columns("day: { path: day, index: true }"),
    expected: ['5:7 data_types.daily_sleep.columns.day: the column "day" is always there'],
  },
  {
    name: "number without a unit of time as an interval",
    yaml: columns("x: { path: score, type: interval }"),
    expected: ['5:25 data_types.daily_sleep.columns.x.type: interval never fits "score"'],
  },
  {
    name: "count as an instant",
    yaml: type("daily_activity:", "  columns:", "    x: { path: steps, type: timestamptz }"),
    expected: ['5:25 data_types.daily_activity.columns.x.type: timestamptz never fits "steps"'],
  },
  // Series.
  {
    name: "series of another shape than the catalog's",
    yaml: type("sleep:", "  series:", "    x: { path: hrv, shape: list }"),
    expected: ['5:23 data_types.sleep.series.x.shape: "hrv" is of the shape samples'],
  },
  {
    name: "series of a number",
    yaml: type("daily_activity:", "  series:", "    steps_series: steps"),
    expected: [
      '5:7 data_types.daily_activity.series.steps_series: "steps" holds no samples, list or phase text; in daily_activity these do: class_5_min, met',
    ],
  },
  {
    name: "series path misspelt",
    yaml: type("sleep:", "  series:", "    sleep_hrv: hvr"),
    expected: [
      '5:7 data_types.sleep.series.sleep_hrv: no field "hvr" in sleep; did you mean "hrv"?',
    ],
  },
  {
    name: "series named like a data type",
    yaml: type("sleep:", "  series:", "    heart_rate: heart_rate"),
    expected: [
      '5:7 data_types.sleep.series.heart_rate: the name is taken by the table of heart_rate; choose another, such as "sleep_heart_rate"',
    ],
  },
  {
    name: "two series of one name",
    yaml: type(
      "sleep: { series: { hrv: hrv } }",
      "session: { series: { hrv: heart_rate_variability } }",
    ),
    expected: ["4:24 data_types.session.series.hrv: the name is taken by the series hrv of sleep"],
  },
  {
    name: "series named like a bookkeeping table",
    yaml: type("sleep:", "  series:", "    rejects: hrv"),
    expected: [
      '5:7 data_types.sleep.series.rejects: "rejects" is a table the program keeps its books in',
    ],
  },
  {
    name: "series named like a view",
    yaml: type("sleep:", "  series:", "    v_hrv: hrv"),
    expected: [
      '5:7 data_types.sleep.series.v_hrv: names starting with v_ are kept for views; write "hrv"',
    ],
  },
  {
    name: "list without step and start",
    yaml: type("sleep:", "  series:", "    x: hrv.items"),
    expected: [
      "5:7 data_types.sleep.series.x.every: missing",
      "5:7 data_types.sleep.series.x.start: missing",
    ],
  },
  {
    name: "step in words",
    yaml: type("sleep:", "  series:", "    x: { path: sleep_phase_5_min, every: 5 minutes }"),
    expected: ['5:37 data_types.sleep.series.x.every: "5 minutes": write a number of seconds'],
  },
  {
    name: "start that is no instant",
    yaml: type("sleep:", "  series:", "    x: { path: sleep_phase_5_min, start: day }"),
    expected: [
      '5:37 data_types.sleep.series.x.start: "day" is date; the first sample needs a date and time',
    ],
  },
  {
    name: "step of samples that say it themselves",
    yaml: type("sleep:", "  series:", "    x: { path: hrv, every: 5m }"),
    expected: ['5:23 data_types.sleep.series.x.every: "hrv" says this itself; leave every out'],
  },
  {
    name: "code of two characters",
    yaml: type("sleep:", "  series:", "    x: { path: sleep_phase_5_min, codes: { '12': deep } }"),
    expected: ["5:46 data_types.sleep.series.x.codes.12: a code is one character"],
  },
  // Endpoints the catalog does not know.
  {
    name: "endpoint with a host",
    yaml: type(
      "meal:",
      "  endpoint: https://example.com/v2/usercollection/meal",
      "  window: { by: date }",
      "  key: [id]",
    ),
    expected: [
      '4:5 data_types.meal.endpoint: "https://example.com/v2/usercollection/meal": write the path alone',
    ],
  },
  {
    name: "endpoint that climbs out",
    yaml: type(
      "meal:",
      "  endpoint: /v2/usercollection/../x",
      "  window: { by: date }",
      "  key: [id]",
    ),
    expected: ['4:5 data_types.meal.endpoint: "/v2/usercollection/../x": write the path alone'],
  },
  {
    name: "window and key missing",
    yaml: type("meal:", "  endpoint: /v2/usercollection/meal"),
    expected: [
      "3:3 data_types.meal.window.by: missing; write window: { by: date }, datetime or none",
      "3:3 data_types.meal.key: missing; name what identifies a document, such as key: [id]",
    ],
  },
  {
    name: "key that names a path twice",
    yaml: type(
      "meal:",
      "  endpoint: /v2/usercollection/meal",
      "  window: { by: date }",
      "  key: [id, id]",
    ),
    expected: ['6:5 data_types.meal.key: duplicate key part "id"'],
  },
  {
    name: "key of samples that takes a built-in column",
    yaml: type(
      "glucose:",
      "  endpoint: /v2/usercollection/glucose",
      "  window: { by: datetime }",
      "  key: [timestamp, id]",
    ),
    expected: [
      "6:5 data_types.glucose.key: besides timestamp, every part becomes a column, and each table has " +
      'a "id" of its own; leave it out',
    ],
  },
  {
    name: "key of samples that takes a system column",
    yaml: type(
      "glucose:",
      "  endpoint: /v2/usercollection/glucose",
      "  window: { by: datetime }",
      "  key: [ctid, timestamp]",
    ),
    expected: ["6:5 data_types.glucose.key: besides timestamp, every part becomes a column"],
  },
  {
    name: "key of samples that is no name PostgreSQL keeps",
    yaml: type(
      "glucose:",
      "  endpoint: /v2/usercollection/glucose",
      "  window: { by: datetime }",
      `  key: [timestamp, a${NAME_63}]`,
    ),
    expected: ["6:5 data_types.glucose.key: besides timestamp, every part becomes a column"],
  },
  {
    name: "column of a key from elsewhere",
    yaml: type(
      "glucose:",
      "  endpoint: /v2/usercollection/glucose",
      "  window: { by: datetime }",
      "  key: [timestamp, source]",
      "  columns: { source: { path: kind, type: text } }",
    ),
    expected: [
      '7:16 data_types.glucose.columns.source: the column "source" is always there, as text filled from source',
    ],
  },
  {
    name: "column of an unknown endpoint without type",
    yaml: type(
      "meal:",
      "  endpoint: /v2/usercollection/meal",
      "  window: { by: date }",
      "  key: [id]",
      "  columns: { kind: type }",
    ),
    expected: [
      "7:16 data_types.meal.columns.kind.type: missing; the catalog does not know this field: write { path: type, type: … }",
    ],
  },
  {
    name: "table name of an unknown endpoint",
    yaml: type(
      "sync_runs:",
      "  endpoint: /v2/usercollection/meal",
      "  window: { by: date }",
      "  key: [id]",
    ),
    expected: ['3:3 data_types.sync_runs: "sync_runs" is a table the program keeps its books in'],
  },
];

for (const { name, yaml, expected } of MISTAKES) {
  Deno.test(`parsePipeline() names the mistake: ${name}`, () => {
    const lines = said(yaml);
    assert.equal(lines.length, expected.length, lines.join("\n"));
    for (const [index, line] of lines.entries()) {
      const wanted = `${FILE}:${expected[index]}`;
      assert.ok(line.startsWith(wanted), `${line}\n  does not start with\n${wanted}`);
    }
  });
}

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
