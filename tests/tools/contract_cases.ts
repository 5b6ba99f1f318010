/** Exports that differ from the catalog in one thing each. */
import type { FindingKind, Verdict } from "../../tools/contract/finding.ts";
import type { OpenApi, Schema } from "../../tools/contract/openapi.ts";

const ROUTES = "/v2/usercollection";

/** One spoiled export. */
export interface Case {
  name: string;
  /** Makes the export differ from the catalog. */
  applyFault: (spec: OpenApi) => void;
  kind: FindingKind;
  where: string;
  message: RegExp;
  verdict?: Verdict;
}

/** The schema of a component or of a field within: `TagModel.text`. */
export function schemaOf(spec: OpenApi, path: string): Schema {
  const [component, ...names] = path.split(".");
  let schema = spec.components.schemas[component!]!;
  for (const name of names) {
    const object = schema.anyOf?.[0] ?? schema;
    schema = name === "[]" ? object.items! : object.properties![name]!;
  }
  return schema;
}

const parametersOf = (spec: OpenApi, route: string) => spec.paths[route]!.get!.parameters!;

/** Every kind of difference the contract check knows, with what it must say. */
export const CASES: Case[] = [
  {
    name: "a list route the export does not have",
    applyFault: (spec) => delete spec.paths[`${ROUTES}/workout`],
    kind: "route",
    where: "workout",
    message: /has no \/v2\/usercollection\/workout/,
  },
  {
    name: "a route for single documents the export does not have",
    applyFault: (spec) => delete spec.paths[`${ROUTES}/vO2_max/{document_id}`],
    kind: "route",
    where: "vo2_max",
    message: /no route for a single document/,
  },
  {
    name: "a route for single documents the catalog does not know",
    applyFault: (spec) =>
      spec.paths[`${ROUTES}/heartrate/{document_id}`] = spec.paths[`${ROUTES}/tag/{document_id}`]!,
    kind: "route",
    where: "heart_rate",
    message: /catalog does not know/,
  },
  {
    name: "a collection the catalog does not know",
    applyFault: (spec) => spec.paths[`${ROUTES}/meal`] = spec.paths[`${ROUTES}/tag`]!,
    kind: "route",
    where: `${ROUTES}/meal`,
    message: /not in the catalog/,
  },
  {
    name: "a parameter the export does not have",
    applyFault: (spec) => parametersOf(spec, `${ROUTES}/heartrate`).shift(),
    kind: "parameter",
    where: "heart_rate",
    message: /no parameter start_datetime/,
  },
  {
    name: "a parameter the catalog does not know",
    applyFault: (spec) => parametersOf(spec, `${ROUTES}/sleep`).push({ name: "sort", in: "query" }),
    kind: "parameter",
    where: "sleep",
    message: /does not know the parameter sort/,
  },
  {
    name: "a list of other documents",
    applyFault: (spec) =>
      schemaOf(spec, "List_PublicSession.data.[]").$ref = "#/components/schemas/PublicWorkout",
    kind: "envelope",
    where: "session",
    message: /\{data: PublicSession\[\]/,
  },
  {
    name: "a next_token that is never null",
    applyFault: (spec) => schemaOf(spec, "List_PublicSession.next_token").anyOf!.pop(),
    kind: "envelope",
    where: "session",
    message: /next_token/,
  },
  {
    name: "a bare document put into an envelope",
    applyFault: (spec) =>
      spec.paths[`${ROUTES}/personal_info`]!.get!.responses = {
        "200": { content: { "application/json": { schema: { type: "object" } } } },
      },
    kind: "envelope",
    where: "personal_info",
    message: /a bare PersonalInfoResponse/,
  },
  {
    name: "a route for single documents that answers another document",
    applyFault: (spec) =>
      spec.paths[`${ROUTES}/tag/{document_id}`] = spec.paths[`${ROUTES}/sleep/{document_id}`]!,
    kind: "envelope",
    where: "tag",
    message: /does not answer a bare TagModel/,
  },
  {
    name: "a renamed schema",
    applyFault: (spec) => delete spec.components.schemas["DailyResilienceModel"],
    kind: "schema",
    where: "daily_resilience",
    message: /no schema DailyResilienceModel/,
  },
  {
    name: "a field the catalog does not know",
    applyFault: (spec) =>
      schemaOf(spec, "PublicWorkout").properties!["steps"] = { type: "integer" },
    kind: "field",
    where: "workout.steps",
    message: /missing in the catalog \(export: integer, may be absent\)/,
  },
  {
    name: "a field in the items of a list the catalog does not know",
    applyFault: (spec) =>
      schemaOf(spec, "PublicRestModePeriod.episodes.[]").properties!["note"] = { type: "string" },
    kind: "field",
    where: "rest_mode_period.episodes[].note",
    message: /missing in the catalog/,
  },
  {
    name: "a field the export does not have",
    applyFault: (spec) =>
      delete schemaOf(spec, "PublicModifiedSleepModel.hrv").anyOf![0]!.properties!["items"],
    kind: "field",
    where: "sleep.hrv.items",
    message: /not in the export/,
  },
  {
    name: "another type",
    applyFault: (spec) => schemaOf(spec, "PublicDailyActivity.steps").type = "number",
    kind: "type",
    where: "daily_activity.steps",
    message: /catalog integer, export number/,
  },
  {
    name: "a date that became plain text",
    applyFault: (spec) => schemaOf(spec, "PublicSession").properties!["day"] = { type: "string" },
    kind: "type",
    where: "session.day",
    message: /catalog date, export text/,
  },
  {
    name: "a field that may be null only in the export",
    applyFault: (spec) => schemaOf(spec, "PublicVO2Max.vo2_max").type = ["integer", "null"],
    kind: "nullability",
    where: "vo2_max.vo2_max",
    message: /export allows null/,
  },
  {
    name: "a field that may be null only in the catalog",
    applyFault: (spec) =>
      schemaOf(spec, "TagModel").properties!["text"] = schemaOf(spec, "TagModel.text").anyOf![0]!,
    kind: "nullability",
    where: "tag.text",
    message: /catalog accepts null/,
  },
  {
    name: "a field that may be absent only in the export",
    applyFault: (spec) => schemaOf(spec, "PublicDailySleep").required!.splice(0, 1),
    kind: "required",
    where: "daily_sleep.id",
    message: /catalog requires it/,
  },
  {
    name: "a field that may be absent only in the catalog",
    applyFault: (spec) => schemaOf(spec, "PublicDailySleep").required!.push("score"),
    kind: "required",
    where: "daily_sleep.score",
    message: /export requires it/,
  },
  {
    name: "an enum value the catalog does not know",
    applyFault: (spec) =>
      schemaOf(spec, "PublicRingConfiguration.color").anyOf![0]!.enum!.push("neon"),
    kind: "values",
    where: "ring_configuration.color",
    message: /catalog does not know neon/,
  },
  {
    name: "an enum the catalog holds for any text",
    applyFault: (spec) => schemaOf(spec, "PublicWorkout.activity").enum = ["running"],
    kind: "values",
    where: "workout.activity",
    message: /the export lists values/,
  },
  {
    name: "known values of what is any text to the export",
    applyFault: (spec) => delete schemaOf(spec, "PublicWorkout.intensity").enum,
    kind: "values",
    where: "workout.intensity",
    message: /export allows any text/,
  },
  {
    name: "an enum value the export does not know: listed apart",
    applyFault: (spec) => schemaOf(spec, "PublicWorkout.source").enum!.pop(),
    kind: "values",
    where: "workout.source",
    message: /export does not know live_oura_heart_rate/,
    verdict: "newer",
  },
  {
    name: "events the catalog does not know",
    applyFault: (spec) => schemaOf(spec, "EventType").enum!.push("period_start"),
    kind: "webhook",
    where: "period_start",
    message: /events are announced/,
  },
  {
    name: "events the export does not announce",
    applyFault: (spec) => schemaOf(spec, "EventType").enum!.splice(0, 1),
    kind: "webhook",
    where: "daily_activity",
    message: /no events "daily_activity"/,
  },
  {
    name: "lenience that nothing needs any more",
    applyFault: (spec) => {
      const sleep = schemaOf(spec, "PublicModifiedSleepModel");
      sleep.properties!["bedtime_end"] = {
        anyOf: [sleep.properties!["bedtime_end"]!, { type: "null" }],
      };
      sleep.required = sleep.required!.filter((name) => name !== "bedtime_end");
    },
    kind: "lenience",
    where: "sleep.bedtime_end",
    message: /no stricter/,
  },
  {
    name: "another type, even where the catalog is lenient with a reason",
    applyFault: (spec) => schemaOf(spec, "PublicHeartRateRow.timestamp_unix").type = "string",
    kind: "type",
    where: "heart_rate.timestamp_unix",
    message: /catalog integer, export text/,
  },
];
