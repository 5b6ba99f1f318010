/** An OpenAPI export that agrees with the catalog, in the style of Oura's, for tests to spoil. */
import { z } from "zod";
import type { DataType } from "../../lib/oura/catalog/data_type.ts";
import { metaOf } from "../../lib/oura/catalog/fields.ts";
import { unwrap } from "../../lib/oura/catalog/paths.ts";
import type { OpenApi, Operation, Schema } from "../../tools/contract/openapi.ts";

/** Where Oura's export is stricter than life, and so than the catalog. */
const STRICTER: Readonly<Record<string, readonly string[]>> = {
  PublicDailyCardiovascularAge: ["id"],
  PublicHeartRateRow: ["timestamp_unix"],
  PublicRingBatteryLevelRow: ["timestamp_unix"],
  PublicModifiedSleepModel: ["bedtime_end", "time_in_bed"],
};

/** Oura's names for the strings behind these column types. */
const ALIASES: Readonly<Record<string, string>> = {
  date: "ISODate",
  timestamptz: "LocalizedDateTime",
};

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A fresh export for these data types; changing it changes nothing else. */
export function syntheticExport(catalog: readonly DataType[]): OpenApi {
  const schemas: Record<string, Schema> = {
    ISODate: { type: "string" },
    LocalizedDateTime: { type: "string" },
    EventType: {
      type: "string",
      enum: [...catalog.map(({ webhook }) => webhook).filter((name) => name !== null), "meal"],
    },
    WebhookSubscriptionModel: {
      type: "object",
      properties: { data_type: reference("EventType") },
    },
  };
  const paths: OpenApi["paths"] = { "/v2/sandbox/usercollection/anything": {} };
  for (const dataType of catalog) {
    const { endpoint, openapiSchema, envelope, singleDocument } = dataType;
    schemas[openapiSchema] = documentSchema(dataType);
    if (envelope === "list") schemas[`List_${openapiSchema}`] = listSchema(openapiSchema);
    paths[endpoint] = {
      get: envelope === "list"
        ? operation(parametersOf(dataType), {
          anyOf: [reference(`List_${openapiSchema}`), { type: "object" }],
        })
        : operation([], reference(openapiSchema)),
    };
    if (singleDocument) {
      paths[`${endpoint}/{document_id}`] = { get: operation([], reference(openapiSchema)) };
    }
  }
  return { openapi: "3.1.0", paths, components: { schemas } };
}

function documentSchema({ document, openapiSchema }: DataType): Schema {
  const schema = objectSchema(document);
  for (const name of STRICTER[openapiSchema] ?? []) {
    schema.properties[name] = schema.properties[name]!.anyOf![0]!;
    schema.required.push(name);
  }
  delete schema.properties["producer_timestamp"];
  return schema;
}

function objectSchema(object: z.ZodObject) {
  const fields = Object.entries(object.shape) as [string, z.ZodType][];
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(field)])),
    required: fields.filter(([, field]) => !unwrap(field).absent).map(([name]) => name),
  };
}

function fieldSchema(field: z.ZodType): Schema {
  const { inner, nullable } = unwrap(field);
  const schema = valueSchema(inner);
  return nullable ? { anyOf: [schema, { type: "null" }] } : schema;
}

function valueSchema(value: z.ZodType): Schema {
  if (value instanceof z.ZodObject) return objectSchema(value);
  if (value instanceof z.ZodArray) {
    return { type: "array", items: fieldSchema(value.element as z.ZodType) };
  }
  if (value instanceof z.ZodBoolean) return { type: "boolean" };
  if (value instanceof z.ZodNumberFormat) return { type: "integer" };
  if (value instanceof z.ZodNumber) return { type: "number" };
  const meta = metaOf(value);
  const alias = meta && ALIASES[meta.column];
  if (alias !== undefined) return reference(alias);
  return { type: "string", ...(meta?.values ? { enum: [...meta.values] } : {}) };
}

function listSchema(document: string): Schema {
  return {
    type: "object",
    properties: {
      data: { type: "array", items: reference(document) },
      next_token: { anyOf: [{ type: "string" }, { type: "null" }] },
    },
    required: ["data"],
  };
}

function parametersOf({ window }: DataType): string[] {
  switch (window) {
    case "date":
      return ["start_date", "end_date", "next_token", "fields"];
    case "datetime":
      return ["start_datetime", "end_datetime", "next_token", "latest", "fields"];
    case "none":
      return ["fields", "next_token"];
  }
}

function operation(parameters: readonly string[], answer: Schema): Operation {
  return {
    parameters: parameters.map((name) => ({ name, in: "query" })),
    responses: { "200": { content: { "application/json": { schema: answer } } } },
  };
}
