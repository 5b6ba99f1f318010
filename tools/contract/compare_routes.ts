/** Holds the catalog's routes, parameters, envelopes and webhook names against Oura's export. */
import type { DataType, WindowFamily } from "../../lib/oura/catalog/data_type.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { answersOf, type OpenApi, type Operation, referenceOf, resolve } from "./openapi.ts";

const PARAMETERS: Readonly<Record<WindowFamily, readonly string[]>> = {
  date: ["start_date", "end_date", "next_token", "fields"],
  datetime: ["start_datetime", "end_datetime", "next_token", "latest", "fields"],
  none: ["next_token", "fields"],
};

/** Webhook data types Oura announces although no route serves their documents. */
const WEBHOOKS_WITHOUT_ROUTE: Readonly<Record<string, string>> = {
  meal: "Oura sends events for meals but publishes no route to read them from",
};

/** The user's own routes; sandbox twins and the management of subscriptions hold no documents. */
const COLLECTIONS = "/v2/usercollection/";

const difference = (kind: FindingKind, where: string, message: string): Finding => ({
  verdict: "difference",
  kind,
  where,
  message,
});

/** Findings on the routes of all data types, and on routes the catalog does not know. */
export function compareRoutes(spec: OpenApi, catalog: readonly DataType[]): Finding[] {
  const known = new Set(catalog.map((dataType) => dataType.endpoint));
  const extra = Object.keys(spec.paths).filter((path) =>
    path.startsWith(COLLECTIONS) && !known.has(withoutDocument(path))
  );
  return [
    ...catalog.flatMap((dataType) => [
      ...compareListRoute(spec, dataType),
      ...compareDocumentRoute(spec, dataType),
    ]),
    ...extra.map((path) => difference("route", path, "not in the catalog")),
  ];
}

/** Findings on the data types webhook events can have. */
export function compareWebhooks(spec: OpenApi, catalog: readonly DataType[]): Finding[] {
  const subscription = resolve(spec, { $ref: "#/components/schemas/WebhookSubscriptionModel" });
  const announced = resolve(spec, subscription?.properties?.["data_type"])?.enum?.map(String);
  if (!announced) {
    return [difference("webhook", "webhooks", "the export names no data types of events")];
  }
  const findings: Finding[] = [];
  const known = new Map(catalog.map((dataType) => [dataType.webhook, dataType.name]));
  for (const name of announced) {
    if (known.has(name)) continue;
    const reason = WEBHOOKS_WITHOUT_ROUTE[name];
    findings.push(
      reason === undefined
        ? difference("webhook", name, "events are announced, the catalog knows of none")
        : { verdict: "accepted", kind: "webhook", where: name, message: reason },
    );
  }
  for (const [webhook, name] of known) {
    if (webhook === null || announced.includes(webhook)) continue;
    findings.push(difference("webhook", name, `the export announces no events "${webhook}"`));
  }
  return findings;
}

function compareListRoute(spec: OpenApi, dataType: DataType): Finding[] {
  const route = spec.paths[dataType.endpoint]?.get;
  if (!route) {
    return [difference("route", dataType.name, `the export has no ${dataType.endpoint}`)];
  }
  const expected = dataType.envelope === "object" ? [] : PARAMETERS[dataType.window];
  const findings = compareParameters(dataType.name, expected, namesOf(route, "query"));
  const isAsDeclared = dataType.envelope === "object"
    ? answersWith(route, dataType.openapiSchema)
    : answersWithList(spec, route, dataType.openapiSchema);
  if (!isAsDeclared) {
    const envelope = dataType.envelope === "object"
      ? `a bare ${dataType.openapiSchema}`
      : `{data: ${dataType.openapiSchema}[], next_token: text or null}`;
    findings.push(difference("envelope", dataType.name, `the route does not answer ${envelope}`));
  }
  return findings;
}

function compareDocumentRoute(spec: OpenApi, dataType: DataType): Finding[] {
  const { name, endpoint, singleDocument, openapiSchema } = dataType;
  const path = Object.keys(spec.paths).find((path) =>
    path !== endpoint && withoutDocument(path) === endpoint
  );
  const route = path === undefined ? undefined : spec.paths[path]?.get;
  if (!route) {
    const message = `the export has no route for a single document of ${endpoint}`;
    return singleDocument ? [difference("route", name, message)] : [];
  }
  if (!singleDocument) {
    return [difference("route", name, `the catalog does not know ${path}`)];
  }
  const findings = compareParameters(name, [], namesOf(route, "query"));
  if (!answersWith(route, openapiSchema)) {
    findings.push(difference("envelope", name, `${path} does not answer a bare ${openapiSchema}`));
  }
  return findings;
}

function compareParameters(
  where: string,
  expected: readonly string[],
  found: readonly string[],
): Finding[] {
  return [
    ...expected.filter((name) => !found.includes(name)).map((name) =>
      difference("parameter", where, `the export has no parameter ${name}`)
    ),
    ...found.filter((name) => !expected.includes(name)).map((name) =>
      difference("parameter", where, `the catalog does not know the parameter ${name}`)
    ),
  ];
}

function namesOf(route: Operation, where: string): string[] {
  return (route.parameters ?? []).filter((parameter) => parameter.in === where)
    .map((parameter) => parameter.name);
}

function answersWith(route: Operation, schema: string): boolean {
  return answersOf(route).some((answer) => referenceOf(answer) === schema);
}

function answersWithList(spec: OpenApi, route: Operation, schema: string): boolean {
  return answersOf(route).some((answer) => {
    const envelope = resolve(spec, answer);
    const token = envelope?.properties?.["next_token"];
    return referenceOf(envelope?.properties?.["data"]?.items) === schema &&
      envelope?.required?.includes("data") === true &&
      token?.anyOf?.some((option) => option.type === "null") === true &&
      token.anyOf.some((option) => option.type === "string");
  });
}

function withoutDocument(path: string): string {
  return path.replace(/\/\{[^/]+\}$/, "");
}
