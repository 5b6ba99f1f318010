/** Mistakes in the columns of a data type. */
import { columns, NAME_63, testMistakes, type } from "./support.ts";

testMistakes([
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
]);
