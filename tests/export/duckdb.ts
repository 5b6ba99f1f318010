/**
 * What DuckDB reads from an exported file, in a session far from UTC. In a program of its own,
 * because Deno downloads every package of `deno.json` for every user, and this one has 140 MB.
 */

const PACKAGE = "npm:@duckdb/node-api@1.5.6-r.1";

const READ = `
const { DuckDBInstance } = await import(${JSON.stringify(PACKAGE)});
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run("SET TimeZone = 'Australia/Sydney'");
const rows = (await connection.runAndReadAll(Deno.env.get("QUERY"))).getRowObjectsJson();
console.log(JSON.stringify(rows));
Deno.exit(0);
`;

/** Runs one query. */
export async function duckDb(sql: string): Promise<Record<string, unknown>[]> {
  const script = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(script, READ);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--no-lock", "--allow-all", script],
      env: { QUERY: sql },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(script);
  }
}
