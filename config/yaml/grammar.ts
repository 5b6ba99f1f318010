/**
 * The grammar of `oura.yaml` as one zod object: the validator parses with it and the editor's JSON
 * Schema is generated from it. What needs the catalog or more than one key is judged elsewhere.
 */
import { z } from "zod";
import { WEBHOOK_EVENT_TYPES } from "../../lib/oura/catalog/data_type.ts";
import { COLUMN_TYPES } from "../../lib/values/column_type.ts";
import {
  FIELD_PATH,
  fieldNames,
  formatFieldPath,
  parseFieldPath,
} from "../../lib/values/field_path.ts";
import { publicUrlProblem } from "../url_problem.ts";
import { isStorableText } from "../../lib/values/pg_limits.ts";

/** The message for a value that should be a mapping. */
const MAPPING = "must be a mapping (indented lines of `key: value`)";

/**
 * A mapping with exactly these keys. The message of an unknown key is the list of the known ones:
 * the translator of zod's issues makes its suggestion from it.
 */
function mapping<Shape extends z.ZodRawShape>(shape: Shape, error = MAPPING) {
  return z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? Object.keys(shape).join(", ") : error,
  });
}

/** A section may be empty, for example when every line of it is commented out. */
const section = <S extends z.ZodType>(schema: S) => schema.nullish();

const DAYS_PER_UNIT = { d: 1, w: 7, y: 365 } as const;
const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600 } as const;

/** A span of days as text, parsed to a number of days. A month has no fixed length, so no months. */
const span = (least: number, description: string) => {
  const error = "write a number of days, weeks or years: 90d, 12w, 2y";
  return z.string({ error }).regex(/^\d{1,4}[dwy]$/, { error, abort: true })
    .transform((text) => parseInt(text) * DAYS_PER_UNIT[text.at(-1) as "d" | "w" | "y"])
    .refine((days) => days >= least && days <= 36_500, `must be ${least}d to 100y`)
    .meta({ description });
};

/** How long records are kept, parsed to days; null keeps them for ever. */
const keptFor = (description: string) => {
  const error = "write a number of days, weeks or years (90d, 12w, 2y), or forever";
  return z.string({ error }).regex(/^(\d{1,4}[dwy]|forever)$/, { error, abort: true })
    .transform((text) =>
      text === "forever" ? null : parseInt(text) * DAYS_PER_UNIT[text.at(-1) as "d" | "w" | "y"]
    )
    .refine((days) => days === null || days >= 1 && days <= 36_500, "must be 1d to 100y")
    .meta({ description });
};

/** The time between two samples, parsed to seconds. */
const every = (() => {
  const error = "write a number of seconds, minutes or hours: 30s, 5m, 1h";
  return z.string({ error }).regex(/^\d{1,5}[smh]$/, { error, abort: true })
    .transform((text) => parseInt(text) * SECONDS_PER_UNIT[text.at(-1) as "s" | "m" | "h"])
    .refine((seconds) => seconds >= 1 && seconds <= 86_400, "must be 1s to 24h")
    .meta({ description: "Time between two samples." });
})();

/** A share as a percentage, parsed to a fraction of 1. */
const percentage = (description: string) => {
  const error = "write a percentage from 0% to 100%, such as 1% or 0.5%";
  return z.string({ error }).regex(/^\d{1,3}(\.\d{1,4})?%$/, { error, abort: true })
    .transform((text) => parseFloat(text) / 100)
    .refine((share) => share <= 1, error)
    .meta({ description });
};

const flag = (description: string) =>
  z.boolean({ error: "write true or false" }).meta({ description });

const word = (description: string) =>
  z.string({ error: "must be text" }).min(1, "must not be empty").meta({ description });

const NOT_STORABLE = "a character PostgreSQL cannot store (NUL, or half of a surrogate pair)";

const PATH_ERROR = "write a path in the document, such as contributors.deep_sleep";

const PATH_GRAMMAR = "field names from the outside in, joined by single dots; a name with a dot, " +
  `write it in double quotes if it has a dot, a blank or a quote, as in '"with.dot"'`;

/** Field names from the outside in, joined by dots; the same text for the same names. */
const path = z.string({ error: PATH_ERROR })
  .regex(FIELD_PATH, { error: PATH_GRAMMAR, abort: true })
  .refine((text) => parseFieldPath(text) !== null, {
    error: "a name in the path is not a JSON string, or has a character PostgreSQL cannot store",
    abort: true,
  })
  .transform((text) => formatFieldPath(fieldNames(text)))
  .meta({
    description: "Path in the document: field names from the outside in, joined by dots. A name " +
      "with a dot, a blank or a quote is written in double quotes.",
  });

const keepRaw = flag("Keep the whole document in the column raw_data (jsonb).");
const history = flag(
  "Keep previous versions of changed documents in document_revisions. Needs keep_raw.",
);

const WINDOW = {
  initial: span(1, "How far back the first sync goes.").optional(),
  lookback: span(0, "How long a day is read again because Oura may still change it.").optional(),
  late: span(0, "How long a day may still receive data; read again once a day. 0d: never.")
    .optional(),
};

/** The long form of a column. */
export const columnOptions = mapping({
  path,
  type: z.enum(COLUMN_TYPES).optional()
    .meta({ description: "SQL type (default: the catalog's)." }),
  index: flag("Create an index on the column.").optional(),
  new_field: flag(
    "Take the path as it is although the catalog does not know it yet. Needs type.",
  ).optional(),
});

/** A declared column; the key is its name. */
const columnDeclaration = z.union([path, columnOptions], {
  error: "write a path (score: score) or { path: …, type: …, index: … }",
});

/** The long form of a series. */
export const seriesOptions = mapping({
  path,
  shape: z.enum(["samples", "string", "list"]).optional().meta({
    description: "Only where the catalog does not know the path: samples = {interval, items, " +
      "timestamp}, string = one character per step, list = one item per step.",
  }),
  every: every.optional(),
  start: path.optional().meta({ description: "Path of the first sample's instant." }),
  codes: z.record(
    z.string().refine((key) => [...key].length === 1, "a code is one character")
      .refine(isStorableText, NOT_STORABLE),
    word("What the character means.").refine(isStorableText, NOT_STORABLE),
    { error: 'must be a mapping such as { "1": deep, "2": light }' },
  ).optional().meta({
    description:
      "What each character of a phase text means; by default the catalog's meanings, {} " +
      "keeps the characters.",
  }),
  new_field: flag("Accept the path although the catalog does not know it yet.").optional(),
});

/** A declared series; the key is the name of its child table. */
const seriesDeclaration = z.union([path, seriesOptions], {
  error: "write a path (sleep_hrv: hrv) or { path: …, every: …, start: … }",
});

/** One data type; the key is its name. */
export const typeDeclaration = mapping({
  endpoint: z.string({ error: "must be text" })
    .regex(/^\/v2\/usercollection\/[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, {
      error: "write the path alone, as in /v2/usercollection/meal",
    })
    .optional()
    .meta({ description: "List route of a data type the catalog does not know." }),
  window: section(mapping({
    ...WINDOW,
    chunk: span(1, "Longest span of one request; at most 30d where `by` is datetime.").optional(),
    by: z.enum(["date", "datetime", "none"]).optional().meta({
      description:
        "How days are requested: by start_date, by start_datetime, or none: the whole list.",
    }),
  })).meta({ description: "Which days are requested, and how." }),
  key: z.array(path, { error: "must be a list of paths, such as [id]" })
    .min(1, "must name at least one path")
    .optional()
    .meta({ description: "Paths that identify a document of an unknown data type." }),
  keep_raw: keepRaw.optional(),
  history: history.optional(),
  columns: section(z.record(z.string(), columnDeclaration, { error: MAPPING }))
    .meta({ description: "Column name: path in the document." }),
  series: section(z.record(z.string(), seriesDeclaration, { error: MAPPING }))
    .meta({ description: "Child tables with a row per sample. Table name: path in the document." }),
  view: flag("Create the view v_<type>.").optional(),
}, "must be a mapping; {} takes all the defaults");

/** What Oura shall announce, and where. */
const webhooks = mapping({
  url: z.string({ error: "write the public address of serve, such as https://oura.example.org" })
    .superRefine((text, context) => {
      const message = publicUrlProblem(text);
      if (message !== null) context.addIssue({ code: "custom", message });
    })
    .meta({ description: "Where `serve` is reached from outside: https, without /webhook." }),
  types: z.union([
    z.literal("all"),
    z.array(z.string({ error: "must be the name of a data type" })).min(1, "must name a data type"),
  ], { error: "write all, or a list of data types, such as [sleep, daily_sleep]" })
    .optional()
    .meta({
      description: "Which declared data types; all, the default: each that Oura has events of.",
    }),
  events: z.array(z.enum(WEBHOOK_EVENT_TYPES), {
    error: "must be a list, such as [create, update, delete]",
  }).min(1, "must name an event").optional()
    .meta({ description: "Which events; by default all three." }),
});

/** The whole file. */
export const grammar = mapping({
  version: z.literal(1, { error: "this program reads version 1; write version: 1" })
    .meta({ description: "Version of this grammar." }),
  destination: section(mapping({
    schema: word("SQL schema of all tables.").optional(),
  })).meta({ description: "Where the tables are." }),
  defaults: section(mapping({
    window: section(mapping({
      ...WINDOW,
      chunk: span(7, "Longest span of one request; time series take at most 30d of it.").optional(),
    })),
    keep_raw: keepRaw.optional(),
    history: history.optional(),
  })).meta({ description: "Defaults for every data type." }),
  contract: section(mapping({
    new_fields: z.enum(["ignore", "warn", "fail"]).optional()
      .meta({ description: "When Oura sends a field the catalog does not know." }),
    bad_rows: z.enum(["quarantine", "fail"]).optional()
      .meta({ description: "When a document does not fit its columns." }),
    max_rejects: percentage(
      "Share of rejected documents above which a run fails, after the good rows are in.",
    ).optional(),
  })).meta({ description: "What happens to unexpected data." }),
  retention: section(mapping({
    runs: keptFor(
      "How long the record of a run is kept. The last run of each wearer is always kept.",
    )
      .optional(),
    revisions: keptFor("How long previous versions of documents are kept.").optional(),
    events: keptFor("How long processed webhook events are kept.").optional(),
  })).meta({ description: "How long bookkeeping is kept; sync removes what is older." }),
  webhooks: section(webhooks).meta({ description: "What Oura announces by webhooks, and where." }),
  data_types: z.record(z.string(), typeDeclaration.nullable(), { error: MAPPING })
    .refine((types) => Object.keys(types).length > 0, "must name at least one data type")
    .meta({ description: "What to sync, each data type a table." }),
});

/** The file once its grammar is right. */
export type Declaration = z.output<typeof grammar>;
/** See {@linkcode typeDeclaration}. */
export type TypeDeclaration = z.output<typeof typeDeclaration>;
/** See {@linkcode columnOptions}. */
export type ColumnDeclaration = z.output<typeof columnOptions>;
/** See {@linkcode seriesOptions}. */
export type SeriesDeclaration = z.output<typeof seriesOptions>;
