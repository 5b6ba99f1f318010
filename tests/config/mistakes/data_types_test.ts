/** Mistakes in data types and their windows. */
import { testMistakes, type } from "./support.ts";

testMistakes([
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
]);
