/** Reads an OpenAPI export: only the parts the contract check needs, checked where they are read. */
import { z } from "zod";
import { messageOf, UsageError } from "../../lib/errors.ts";

/** A JSON Schema as OpenAPI 3.1 writes it. */
export interface Schema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  format?: string | undefined;
  enum?: unknown[] | undefined;
  anyOf?: Schema[] | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
  items?: Schema | undefined;
}

/** What one method of a route takes and answers. */
export type Operation = z.infer<typeof operation>;

/** An export, as far as it is read. */
export type OpenApi = z.infer<typeof openApi>;

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(schema).optional(),
    properties: z.record(z.string(), schema).optional(),
    required: z.array(z.string()).optional(),
    items: schema.optional(),
  })
);

const operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({
      content: z.record(z.string(), z.looseObject({ schema: schema.optional() })).optional(),
    }),
  ),
});

const openApi = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.looseObject({ get: operation.optional() })),
  components: z.looseObject({ schemas: z.record(z.string(), schema) }),
});

const REFERENCE = "#/components/schemas/";

/**
 * An export from its text.
 * @throws {UsageError} `FILE_UNREADABLE` when the text is not JSON, or not an OpenAPI export.
 */
export function parseExport(text: string): OpenApi {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UsageError("FILE_UNREADABLE", `not JSON: ${messageOf(cause)}`, { cause });
  }
  const parsed = openApi.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.length ? issue.path.join(".") : "the document";
  throw new UsageError("FILE_UNREADABLE", `not an OpenAPI 3 export: ${at}: ${issue?.message}`);
}

/** The name of the component a schema refers to; undefined where it is written out in place. */
export function referenceOf(schema: Schema | undefined): string | undefined {
  return schema?.$ref?.startsWith(REFERENCE) ? schema.$ref.slice(REFERENCE.length) : undefined;
}

/**
 * The schema itself, references followed; undefined for a reference that leads nowhere or in
 * circles.
 */
export function resolve(spec: OpenApi, schema: Schema | undefined): Schema | undefined {
  let current = schema;
  for (let depth = 0; depth < 16; depth++) {
    if (current?.$ref === undefined) return current;
    const name = referenceOf(current);
    current = name === undefined ? undefined : spec.components.schemas[name];
  }
  return undefined;
}

/** The forms an operation's 200 answer can have. */
export function answersOf(operation: Operation): Schema[] {
  const answer = operation.responses["200"]?.content?.["application/json"]?.schema;
  return answer?.anyOf ?? (answer ? [answer] : []);
}
