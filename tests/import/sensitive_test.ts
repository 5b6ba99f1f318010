/** Sensitive files: opened when their data type is named, and not before. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import SHIPPED from "../../config/oura.yaml" with { type: "text" };
import type { Database } from "../../lib/db/driver/database.ts";
import { SENSITIVE_TYPES } from "../../lib/oura/catalog/sensitive_types.ts";
import type { Member } from "../../pipelines/import/files.ts";
import { judgeMember } from "../../pipelines/import/files.ts";
import { scanArchive } from "../../pipelines/import/scan.ts";
import { forEachDatabase } from "../support/databases.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { importInto, total, withZip } from "./support.ts";

const USER = "wearer-1";
const NAMES = Object.keys(SENSITIVE_TYPES);

const FILES = new Map([
  ["App Data/dailysleep.csv", "id;day;score\na1;2026-07-01;70\n"],
  [
    "App Data/dailycyclephases.csv",
    "day;cycle_phase;day_of_cycle\n2026-07-01;follicular;4\n2026-07-02;null;5\n",
  ],
  [
    "App Data/periodstartdsr.csv",
    "id;cycle_statistics;day;is_start;menstrual_flow;timestamp\n" +
    'p1;{"median_cycle_length": 28};2026-07-01;true;light;2026-07-01T08:00:00+02:00\n',
  ],
  [
    "App Data/reproductivecyclepredictiondsr.csv",
    "cycle_period_start;day_updated;predicted_ovulations\n" +
    '2026-06-01;2026-06-10;["2026-06-14"]\n2026-07-01;2026-06-10;[]\n',
  ],
  ["App Data/labtestresult.csv", 'id;observations;test_type\nl1;[{"value": 5}];blood\n'],
  ["App Data/medicationprofile.csv", "id;something;more\nm1;text;[1, 2]\n"],
  ["App Data/surveyresponse.csv", 'id;answers;timestamp\ns1;{"q": "a, b"};2026-07-01T08:00:00Z\n'],
  ["App Data/rawlocation.csv", "timestamp;latitude\n2026-07-01T08:00:00Z;50\n"],
]);

/** The shipped file with what it leaves commented out. */
function withSensitiveTypes(): string {
  const from = SHIPPED.indexOf("  # daily_cycle_phases: {}");
  const to = SHIPPED.indexOf("\n\n", from);
  return SHIPPED.slice(0, from) + SHIPPED.slice(from, to).replaceAll(/^ {2}# /gm, "  ") +
    SHIPPED.slice(to);
}

function declared(db: Pick<Database, "schema">) {
  const { pipeline, problems } = parsePipeline(withSensitiveTypes(), "oura.yaml");
  assert.deepEqual(problems, undefined);
  return { ...pipeline!, schema: db.schema };
}

Deno.test("the shipped oura.yaml has every sensitive type, commented out", () => {
  const shipped = shippedPipeline().types.map(({ name }) => name);
  const all = declared({ schema: "oura" }).types.map(({ name }) => name);
  assert.deepEqual(all.filter((name) => !shipped.includes(name)).sort(), [...NAMES].sort());
});

Deno.test("every sensitive type has a file of the export", () => {
  const files = [
    ..."dailycyclephases dailycyclemappingdsr periodstartdsr reproductivecyclepredictiondsr".split(
      " ",
    ),
    ..."hormonalcontraceptionusage nonhormonalcontraceptionusage otherreproductivehormone".split(
      " ",
    ),
    ..."medicationprofile medicationadministrationlog labtestresult labtestresultinsights".split(
      " ",
    ),
    ..."glp1settings surveyresponse dailymetabolicscore dailybloodpressuresignals".split(" "),
    "dailyvo2maxestimate",
  ];
  const verdicts = files.map((file) => judgeMember(`App Data/${file}.csv`));
  assert.ok(verdicts.every((verdict) => verdict.kind === "load" && verdict.sensitive));
  assert.deepEqual(
    verdicts.map((verdict) => verdict.kind === "load" ? verdict.dataType : null).sort(),
    [...NAMES].sort(),
  );
});

Deno.test("a sensitive file that is not named is not opened, nor is a location ever", async () => {
  const opened: string[] = [];
  const members = [...FILES].map(([path, text]): Member => ({
    path,
    verdict: judgeMember(path),
    open() {
      opened.push(path);
      return new Blob([text]).stream();
    },
  }));
  const archive = { members, [Symbol.asyncDispose]: () => Promise.resolve() };
  const { ignored } = await scanArchive(archive, shippedPipeline().types);
  assert.deepEqual(opened, ["App Data/dailysleep.csv"]);
  assert.deepEqual(ignored.map(({ reason, dataType }) => [reason, dataType]), [
    ["sensitive", "daily_cycle_phases"],
    ["sensitive", "period_start"],
    ["sensitive", "reproductive_cycle_prediction"],
    ["sensitive", "lab_test_result"],
    ["sensitive", "medication_profile"],
    ["sensitive", "survey_response"],
    ["never", null],
  ]);
});

Deno.test("a location file is never opened, whatever it is called and declared as", async () => {
  const yaml = `version: 1
data_types:
  rawlocation: { endpoint: /v2/usercollection/rawlocation, key: [timestamp], window: { by: date } }
  sleep: {}\n`;
  const { types } = parsePipeline(yaml, "oura.yaml").pipeline!;
  const paths = ["rawlocation.csv", "RawLocation.CSV", "rawlocation (1).csv"].concat(
    ["rawlocation_2026-01-01.csv", "1778190221578_rawlocation.csv", "rawlocation.csv.csv"],
    ["Subscriptions (1)/account.csv"],
  );
  const members = paths.map((path): Member => ({
    path,
    verdict: judgeMember(path),
    open: () => assert.fail(`${path} was opened`),
  }));
  const { ignored } = await scanArchive({ members, [Symbol.asyncDispose]: async () => {} }, types);
  assert.deepEqual(new Set(ignored.map(({ reason }) => reason)), new Set(["never"]));
});

forEachDatabase("sensitive types are loaded when they are named", async (db) => {
  await withZip(FILES, async (path) => {
    const pipeline = declared(db);
    const unnamed = await importInto(db, path, USER, { pipeline });
    assert.deepEqual(unnamed.types.map(({ dataType }) => dataType), ["daily_sleep"]);
    const named = await importInto(db, path, USER, { pipeline, types: NAMES });
    assert.equal(named.error, null);
    assert.deepEqual(
      named.types.map(({ dataType, inserted, rejected }) => [dataType, inserted, rejected]),
      [
        ["daily_cycle_phases", 2, 0],
        ["period_start", 1, 0],
        ["reproductive_cycle_prediction", 2, 0],
        ["medication_profile", 1, 0],
        ["lab_test_result", 1, 0],
        ["survey_response", 1, 0],
      ],
    );
    const ids = async (table: string) =>
      (await db.query<{ id: string }>(`SELECT id FROM oura.${table} ORDER BY id`)).rows
        .map(({ id }) => id);
    assert.deepEqual(await ids("daily_cycle_phases"), ["2026-07-01", "2026-07-02"]);
    assert.deepEqual(await ids("reproductive_cycle_prediction"), [
      "2026-06-01:2026-06-10",
      "2026-07-01:2026-06-10",
    ]);
    const { rows: [period] } = await db.query(
      "SELECT day, is_start, menstrual_flow FROM oura.period_start",
    );
    assert.deepEqual(period, { day: "2026-07-01", is_start: true, menstrual_flow: "light" });
    const again = await importInto(db, path, USER, { pipeline, types: NAMES });
    for (const name of ["inserted", "updated", "kept", "rejected"] as const) {
      assert.equal(total(again, name), 0, name);
    }
  });
}, { otherSchema: true });
