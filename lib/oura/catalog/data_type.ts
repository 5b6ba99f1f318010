import type { z } from "zod";

/**
 * How a list route is asked for a span of time.
 * - `date`: `start_date` / `end_date`
 * - `datetime`: `start_datetime` / `end_datetime`, at most 30 days a request
 * - `none`: no range; the whole collection every time
 */
export type WindowFamily = "date" | "datetime" | "none";

/** What Oura announces of a document. Source: OpenAPI 1.41, webhook subscription routes. */
export const WEBHOOK_EVENT_TYPES = ["create", "update", "delete"] as const;

/** One of {@linkcode WEBHOOK_EVENT_TYPES}. */
export type WebhookEventType = typeof WEBHOOK_EVENT_TYPES[number];

/** Everything the tool knows of one kind of Oura document. */
export interface DataType<Document extends z.ZodObject = z.ZodObject> {
  /** The name used in `oura.yaml`, on the command line and for the table. */
  readonly name: string;
  /** One line for people: what a document of this type is. */
  readonly description: string;
  /** Path of the list route, in Oura's own spelling. */
  readonly endpoint: string;
  /** `list`: `{data, next_token}`; `object`: the bare document. */
  readonly envelope: "list" | "object";
  /** Whether `endpoint/{document_id}` exists. */
  readonly singleDocument: boolean;
  readonly window: WindowFamily;
  /** Set when a day without a document is ordinary: a wearer need not work out every day. */
  readonly occasional?: boolean;
  /** Documents of an ordinary day, where they are many: long spans are read in parts by it. */
  readonly documentsADay?: number;
  /** Fields that, with the wearer, identify a document. */
  readonly key: readonly string[];
  /** The field that holds the wearer's local day. Authoritative: never derived from an instant. */
  readonly day?: string;
  /** The field that says when it happened: an instant, for ordering and for the time of day. */
  readonly instant?: string;
  /** The field whose timestamp carries the wearer's UTC offset, where Oura sends one. */
  readonly offset?: string;
  /** The OAuth scope that opens the route, without the `extapi:` prefix. */
  readonly scope: string | null;
  /** The `data_type` of webhook events, where Oura sends any. */
  readonly webhook: string | null;
  /** The schema in Oura's OpenAPI export that `document` mirrors. */
  readonly openapiSchema: string;
  /** Set when Oura has deprecated the route. */
  readonly deprecated?: boolean;
  /** The document. Tolerates fields and enum values Oura adds later. */
  readonly document: Document;
}

/** Identity with inference: keeps the schema's exact type for the client library. */
export function defineDataType<Document extends z.ZodObject>(
  dataType: DataType<Document>,
): DataType<Document> {
  return dataType;
}
