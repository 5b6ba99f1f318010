/** Mistakes in series, and in endpoints the catalog does not know. */
import { NAME_63, testMistakes, type } from "./support.ts";

testMistakes([
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
]);
