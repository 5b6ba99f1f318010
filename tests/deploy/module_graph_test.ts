/** A program is made of what it uses: by its graph, and by what a run has loaded. */
import assert from "node:assert/strict";
import { ROOTS } from "../../tools/program_modules.ts";
import { serveSimulator, staticToken } from "../../simulator/mod.ts";
import { createDatabase, sharedCluster } from "../support/postgres.ts";
import { among, moduleGraph } from "./module_graph.ts";
import { inEmptyDirectory, PROJECT, runDeno } from "./support.ts";

const options = { sanitizeOps: true, sanitizeResources: true };

// Started here and not in the first test, whose sanitizers would take it for a leak.
await sharedCluster();

Deno.test("the program reads nothing of itself outside the module graph", options, async () => {
  const { all } = await moduleGraph(...ROOTS);
  assert.ok(among(all, /\.(sql|yaml|html|css)$/).includes("config/oura.yaml"));
  const sql = await Array.fromAsync(Deno.readDir(new URL("sql/queries", PROJECT)));
  const unused = sql.map(({ name }) => `sql/queries/${name}`).filter((name) => !all.has(name));
  assert.deepEqual(unused, [], "queries that no file imports");
  assert.deepEqual(among(all, /^(tests|tools|bench)\//), []);
});

Deno.test("--help of the program loads a few files and no package", options, async () => {
  const { atOnce } = await moduleGraph("main.ts");
  assert.deepEqual(among(atOnce, /^(npm|node):/), []);
  assert.ok(atOnce.size < 20, [...atOnce].join("\n"));
});

Deno.test("a command declares itself without loading what it needs to run", options, async () => {
  const { atOnce } = await moduleGraph(...ROOTS);
  const packages = among(atOnce, /^npm:/).map((specifier) => specifier.replace(/^npm:\/?/, ""));
  const allowed = /^(commander|fast-string-width)@/;
  assert.deepEqual(packages.filter((name) => !allowed.test(name)), []);
  assert.deepEqual(among(atOnce, /^(reports|server|simulator|pipelines\/sync)\//), []);
});

Deno.test("a sync to a server is made of neither PGlite nor the simulator", options, async () => {
  const { atOnce } = await moduleGraph(
    "main.ts",
    "commands/sync/mod.ts",
    "pipelines/sync/run_sync.ts",
    "lib/db/migrate/migrate.ts",
    "lib/db/driver/postgres/open_postgres.ts",
    "lib/auth/open_wearer.ts",
  );
  assert.deepEqual(among(atOnce, /pglite|^simulator\//), []);
  assert.ok(atOnce.has("pipelines/sync/sync_wearer.ts"));
});

Deno.test(
  "nor does it load them in the course of things",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const simulator = serveSimulator({ days: 5 });
      const database = await createDatabase();
      const main = new URL("main.ts", PROJECT).href;
      const coverage = `--coverage=${directory}/loaded`;
      const { code, err } = await runDeno(
        ["run", "--no-check", "-A", coverage, main, "sync", "--initial"],
        directory,
        {
          DATABASE_URL: database.url,
          OURA_API_URL: simulator.url,
          OURA_ACCESS_TOKEN: staticToken(simulator.world.wearers[0]!.id),
        },
      );
      await database.drop();
      await simulator.close();
      assert.equal(code, 0, err);
      const loaded = await loadedModules(`${directory}/loaded`);
      assert.ok(loaded.includes(new URL("lib/db/driver/postgres/open_postgres.ts", PROJECT).href));
      assert.deepEqual(loaded.filter((url) => /pglite|\/simulator\//.test(url)), []);
    }),
);

/** The modules a run has loaded, from the coverage it has left. */
async function loadedModules(directory: string): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(directory));
  return await Promise.all(files.map(async ({ name }) => {
    const { url } = JSON.parse(await Deno.readTextFile(`${directory}/${name}`)) as { url: string };
    return url;
  }));
}
