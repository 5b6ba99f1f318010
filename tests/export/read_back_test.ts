/** Exported files as other programs read them: equal to the tables, time zones included. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q, quoteLiteral } from "../../lib/db/driver/identifiers.ts";
import { COLUMN_TYPES, type ColumnType } from "../../lib/values/column_type.ts";
import { exportToDirectory, exportToStream } from "../../pipelines/export/export.ts";
import type { ExportFormat } from "../../pipelines/export/formats.ts";
import {
  documentTable,
  type ExportTable,
  seriesTable,
} from "../../pipelines/export/export_table.ts";
import { applyYaml, pipelineOf, store } from "../columns/support.ts";
import { forEachDatabase } from "../support/databases.ts";
import { SOAK } from "../support/soak.ts";
import { duckDb } from "./duckdb.ts";
import { findPython, python } from "./python.ts";

const field = (name: string, type: ColumnType) =>
  `{ path: ${name}, type: "${type}", new_field: true }`;
const TYPES = `
sleep:
  columns:
    bedtime_start: bedtime_start
    words: ${field("words", "text")}
    small: ${field("small", "smallint")}
    whole: ${field("whole", "integer")}
    large: ${field("large", "bigint")}
    single: ${field("single", "real")}
    double: ${field("double", "double precision")}
    exact: ${field("exact", "numeric")}
    truth: ${field("truth", "boolean")}
    some_day: ${field("some_day", "date")}
    span: ${field("span", "interval")}
    tree: ${field("tree", "jsonb")}
    list: ${field("list", "text[]")}
  series:
    sleep_hrv: hrv
heart_rate:
  columns: { bpm: bpm }`;

/** The hour that Sydney's clocks show twice, before and after, and what each type can hold. */
const NIGHTS = [
  {
    id: "a",
    day: "2026-04-05",
    bedtime_start: "2026-04-05T02:30:00.123456+11:00",
    words: 'Größe 😀, "quoted"; \\N\r\nsecond\tline',
    small: -32768,
    whole: 2147483647,
    large: "-9223372036854775808",
    single: 36.6,
    double: 0.1,
    exact: "12.5",
    truth: true,
    some_day: "0001-03-01",
    span: "P1Y2M3DT4H5M6.5S",
    tree: { b: [1, null, "x"], a: { "": 'y"' } },
    list: ["a,b", 'c"d', "", "null"],
    hrv: { interval: 300, items: [40, null, 42.5], timestamp: "2026-04-05T02:30:00+11:00" },
  },
  { id: "b", day: "2026-04-05", bedtime_start: "2026-04-05T02:30:00.123456+10:00" },
  {
    id: "c",
    day: "1999-12-31",
    bedtime_start: "1969-12-31T23:59:59.999999Z",
    words: "",
    small: 0,
    double: 1e-300,
    truth: false,
    some_day: "9999-12-31",
    list: [],
    tree: {},
  },
];
const SAMPLES = ["2026-04-05T02:59:59.999+11:00", "2026-04-05T02:00:00Z"].map((timestamp, i) => ({
  timestamp,
  source: "awake",
  bpm: 60 + i,
}));

/** Fills the tables, exports them, and hands over each table with its file. */
async function exported(
  db: Database,
  format: ExportFormat,
  check: (table: ExportTable, path: string) => Promise<void>,
): Promise<void> {
  await applyYaml(db, TYPES);
  await store(db, TYPES, "sleep", NIGHTS);
  await store(db, TYPES, "heart_rate", SAMPLES);
  const { types } = pipelineOf(db, TYPES);
  const directory = await Deno.makeTempDir();
  try {
    await exportToDirectory(db, directory, { format, types, filter: {} });
    for (const type of types) {
      const tables = [documentTable(type), ...type.series.map((each) => seriesTable(type, each))];
      for (const table of tables) await check(table, join(directory, `${table.name}.${format}`));
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** One text for each value, of the same instant in every time zone. */
const COMMON: Readonly<Partial<Record<ColumnType, (column: string) => string>>> = {
  "timestamptz": (column) => `(extract(epoch FROM ${column}) * 1000000)::bigint::text`,
  "text[]": (column) => `to_json(${column})::text`,
  "real": (column) => `(${column}::double precision)::text`,
  "numeric": (column) => `(${column}::double precision)::text`,
};

const NUMBERS: ReadonlySet<ColumnType> = new Set(["real", "double precision", "numeric"]);

/** The rows of a table, in order of their first columns. */
async function stored(db: Database, table: ExportTable): Promise<unknown[][]> {
  const values = table.columns.map(({ name, type }, i) =>
    `${(COMMON[type] ?? ((column) => `${column}::text`))(q(name))} AS c${i}`
  );
  return await db.transaction(async (tx) => {
    await tx.exec("SET LOCAL IntervalStyle = 'iso_8601'");
    const { rows } = await tx.query(`SELECT ${values.join(", ")} FROM oura.${q(table.name)}`);
    return sorted(rows.map((row) => table.columns.map(({ type }, i) => plain(type, row[`c${i}`]))));
  });
}

const plain = (type: ColumnType, value: unknown) =>
  value !== null && NUMBERS.has(type) ? Number(value) : value;

const sorted = (rows: unknown[][]) =>
  rows.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** The same of a file that DuckDB reads; a CSV's texts become values as a person would cast them. */
async function readByDuckDb(table: ExportTable, path: string): Promise<unknown[][]> {
  const isCsv = path.endsWith(".csv");
  const source = isCsv
    ? `read_csv(${quoteLiteral(path)}, all_varchar = true, header = true, delim = ',', quote = '"',
        escape = '"', nullstr = '', allow_quoted_nulls = false)`
    : `read_parquet(${quoteLiteral(path)})`;
  const values = table.columns.map(({ name, type }, i) => {
    const column = q(name);
    const value = isCsv && type === "timestamptz"
      ? `CAST(${column} AS TIMESTAMPTZ)`
      : isCsv && type === "real"
      ? `CAST(CAST(${column} AS FLOAT) AS DOUBLE)`
      : type === "real"
      ? `CAST(${column} AS DOUBLE)`
      : column;
    const text = type === "timestamptz" ? `epoch_us(${value})` : value;
    return `CAST(${text} AS VARCHAR) AS c${i}`;
  });
  const rows = await duckDb(`SELECT ${values.join(", ")} FROM ${source}`);
  return sorted(rows.map((row) => table.columns.map(({ type }, i) => plain(type, row[`c${i}`]))));
}

/** The same by hyparquet, with the microseconds that its dates would lose. */
async function readByHyparquet(table: ExportTable, path: string): Promise<unknown[][]> {
  const rows = await parquetReadObjects({
    file: await asyncBufferFromFile(path),
    parsers: { timestampFromMicroseconds: String, dateFromDays: dayText },
  });
  return sorted(rows.map((row) =>
    table.columns.map(({ name, type }) => {
      const value = row[name] ?? null;
      return value === null || NUMBERS.has(type) ? value : String(value);
    })
  ));
}

function dayText(days: number | undefined): string {
  return Temporal.PlainDate.from("1970-01-01").add({ days: days ?? 0 }).toString();
}

Deno.test("every column type is read back", () => {
  const { types: [sleep] } = pipelineOf({ schema: "oura" }, TYPES);
  assert.deepEqual(
    new Set(sleep!.columns.map(({ type }) => type)),
    new Set<ColumnType>(COLUMN_TYPES),
  );
});

forEachDatabase("hyparquet reads Parquet as the tables are", async (db) => {
  await exported(db, "parquet", async (table, path) => {
    const here = await stored(db, table);
    assert.ok(here.length >= 2, table.name);
    assert.deepEqual(await readByHyparquet(table, path), here, table.name);
  });
});

forEachDatabase("Parquet of one data type is a stream of one whole file", async (db) => {
  await exported(db, "parquet", async () => {});
  const types = pipelineOf(db, TYPES).types.filter(({ name }) => name === "heart_rate");
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    const pieces: Uint8Array[] = [];
    const write = (bytes: Uint8Array) => pieces.push(bytes);
    await exportToStream(db, write, { format: "parquet", types, filter: {} });
    await Deno.writeFile(path, new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer()));
    const table = documentTable(types[0]!);
    assert.deepEqual(await readByHyparquet(table, path), await stored(db, table));
  } finally {
    await Deno.remove(path);
  }
});

if (SOAK) {
  for (const format of ["parquet", "csv"] as const) {
    forEachDatabase(`DuckDB reads ${format} as the tables are`, async (db) => {
      await exported(db, format, async (table, path) => {
        assert.deepEqual(await readByDuckDb(table, path), await stored(db, table), table.name);
      });
    });
  }

  forEachDatabase("DuckDB takes instants of Parquet for instants, not local times", async (db) => {
    await exported(db, "parquet", async (table, path) => {
      const rows = await duckDb(`DESCRIBE SELECT * FROM read_parquet(${quoteLiteral(path)})`);
      const found = new Map(rows.map((row) => [row.column_name, row.column_type]));
      for (const { name, type } of table.columns) {
        if (type === "timestamptz") assert.equal(found.get(name), "TIMESTAMP WITH TIME ZONE", name);
        if (type === "date") assert.equal(found.get(name), "DATE", name);
      }
    });
  });
}

// Only where Python has both: a machine that builds this program need not.
const interpreter = await findPython();
if (interpreter !== null) {
  for (const format of ["parquet", "csv"] as const) {
    forEachDatabase(`pandas and Python's DuckDB read ${format} as the tables are`, async (db) => {
      await exported(db, format, async (table, path) => {
        const instants = table.columns.filter(({ type }) => type === "timestamptz")
          .map(({ name }) => name);
        const read = await python(interpreter, path, instants);
        const places = instants.map((name) =>
          table.columns.findIndex((column) => column.name === name)
        );
        const here = (await stored(db, table)).map((row) => places.map((place) => row[place]));
        const rows = (each: unknown[][]) => each.map((row) => JSON.stringify(row)).sort();
        assert.deepEqual(rows(read.pandas), rows(here), `pandas: ${table.name}`);
        assert.deepEqual(rows(read.duckdb), rows(here), `duckdb: ${table.name}`);
        assert.equal(read.columns.join(), table.columns.map(({ name }) => name).join());
      });
    });
  }
}
