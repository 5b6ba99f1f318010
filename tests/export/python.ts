/** What pandas and Python's DuckDB read from an exported file. */

const READ = `
import json, sys
import duckdb, pandas
path, instants = sys.argv[1], json.loads(sys.argv[2])
is_csv = path.endswith(".csv")
frame = (pandas.read_csv(path, keep_default_na=False, na_values=[""], dtype=str)
         if is_csv else pandas.read_parquet(path))
epoch = pandas.Timestamp("1970-01-01", tz="UTC")
def micros(value):
    if pandas.isna(value): return None
    instant = pandas.Timestamp(value)
    assert instant.tzinfo is not None, "an instant without a time zone"
    return str((instant - epoch) // pandas.Timedelta(microseconds=1))
by_pandas = [[micros(value) for value in row] for row in frame[instants].itertuples(index=False)]
db = duckdb.connect()
db.execute("SET TimeZone = 'America/Toronto'")
source = "read_csv(?, all_varchar = true)" if is_csv else "read_parquet(?)"
values = ", ".join(f'CAST(epoch_us(CAST("{name}" AS TIMESTAMPTZ)) AS VARCHAR)' for name in instants)
by_duckdb = [list(row) for row in db.execute(f"SELECT {values} FROM {source}", [path]).fetchall()]
print(json.dumps({"columns": list(frame.columns), "pandas": by_pandas, "duckdb": by_duckdb}))
`;

/** What was read: the columns in order, and microseconds since 1970 of the instants of each row. */
export interface ReadByPython {
  readonly columns: readonly string[];
  readonly pandas: unknown[][];
  readonly duckdb: unknown[][];
}

/** A Python that has duckdb, pandas and pyarrow; null where there is none. */
export async function findPython(): Promise<string | null> {
  const name = Deno.env.get("OURA_TEST_PYTHON") ?? "python3";
  const args = ["-c", "import duckdb, pandas, pyarrow"];
  const run = new Deno.Command(name, { args, stdout: "null", stderr: "null" }).output();
  return await run.then(({ success }) => success ? name : null, () => null);
}

/** Reads a file. */
export async function python(
  interpreter: string,
  path: string,
  instants: readonly string[],
): Promise<ReadByPython> {
  const args = ["-c", READ, path, JSON.stringify(instants)];
  const { success, stdout, stderr } = await new Deno.Command(interpreter, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
