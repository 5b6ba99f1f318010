/** `mod.ts` as a whole: what it loads, `sync()`, and the examples of its documentation. */
import assert from "node:assert/strict";
import { openDatabase } from "../../lib/db/driver/open.ts";
import { SignInError, staticToken, sync, UsageError } from "../../mod.ts";
import { serveSimulator, staticToken as simulatorToken } from "../../simulator/mod.ts";
import { among, moduleGraph } from "../deploy/module_graph.ts";
import { createDatabase, sharedCluster } from "../support/postgres.ts";

const options = { sanitizeOps: true, sanitizeResources: true };
const PROJECT = new URL("../../", import.meta.url);

// Started here and not in the first test, whose sanitizers would take it for a leak.
await sharedCluster();

Deno.test("importing the library loads no database driver and no simulator", options, async () => {
  const { atOnce, all } = await moduleGraph("mod.ts");
  const heavy = /pglite|npm:pg[@-]|^simulator\/|cli-progress|npm:commander/;
  assert.deepEqual(among(atOnce, heavy), []);
  assert.ok(among(all, /npm:pg@/).length > 0, "the pattern finds what there is");
});

interface World {
  databaseUrl: string;
  dataDirectory: string;
  apiUrl: string;
  token: string;
  userId: string;
}

async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
  const simulator = serveSimulator({ days: 20 });
  const database = await createDatabase();
  const dataDirectory = await Deno.makeTempDir();
  try {
    const userId = simulator.world.wearers[0]!.id;
    await body({
      databaseUrl: database.url,
      dataDirectory,
      apiUrl: simulator.url,
      token: simulatorToken(userId),
      userId,
    });
  } finally {
    await Deno.remove(dataDirectory, { recursive: true });
    await database.drop();
    await simulator.close();
  }
}

Deno.test(
  "sync() makes the tables, loads them, and writes nothing the second time",
  options,
  () =>
    inWorld(async ({ databaseUrl, dataDirectory, apiUrl, token, userId }) => {
      const request = {
        databaseUrl,
        dataDirectory,
        types: ["daily_sleep", "sleep"],
        environment: { OURA_API_URL: apiUrl },
      };
      const first = await sync({ ...request, accessToken: token });
      assert.equal(first.error, null);
      assert.equal(first.userId, userId);
      assert.ok(first.counts.inserted > 20);
      const second = await sync({ ...request, tokens: staticToken(token) });
      assert.equal(second.error, null);
      assert.equal(second.counts.inserted + second.counts.updated, 0);

      const db = await openDatabase({ kind: "url", url: databaseUrl }, { schema: "oura" });
      const { rows } = await db.query("SELECT 1 FROM oura.daily_sleep");
      await db.close();
      assert.ok(rows.length > 10);
    }),
);

Deno.test(
  "sync() throws what its documentation names",
  options,
  () =>
    inWorld(async ({ databaseUrl, dataDirectory, apiUrl, token }) => {
      const base = { databaseUrl, dataDirectory, environment: { OURA_API_URL: apiUrl } };
      const known = { ...base, accessToken: token };
      await assert.rejects(sync({ ...known, types: ["daily_slep"] }), UsageError);
      await assert.rejects(sync({ ...known, from: "soon" }), UsageError);
      await assert.rejects(sync({ ...known, to: "2026-01-01" }), UsageError);
      await assert.rejects(sync({ ...known, config: "/no/such/oura.yaml" }), UsageError);
      await assert.rejects(sync({ ...known, userId: "somebody else" }), UsageError);
      await assert.rejects(sync({ ...base, accessToken: "expired" }), SignInError);
      await assert.rejects(sync(base), SignInError);
    }),
);

for (const reason of [new DOMException("", "AbortError"), new Error("enough"), "enough"]) {
  Deno.test(
    `sync() aborted for ${String(reason)} rejects with that, its record closed`,
    options,
    () =>
      inWorld(async ({ databaseUrl, dataDirectory, apiUrl, token }) => {
        const controller = new AbortController();
        const environment = { OURA_API_URL: apiUrl };
        // The second question for a token is asked in the midst of the sync.
        const accessToken = countdown(2, token, () => controller.abort(reason));
        const tokens = { ...staticToken(token), accessToken };
        const { signal } = controller;
        const request = { databaseUrl, dataDirectory, environment, tokens, signal };
        await assert.rejects(sync(request), (error) => error === reason);
        await assert.rejects(sync(request), (error) => error === reason);

        const db = await openDatabase({ kind: "url", url: databaseUrl }, { schema: "oura" });
        const runs = await db.query("SELECT state, error_code FROM oura.sync_runs");
        const leases = await db.query("SELECT 1 FROM oura.sync_leases");
        await db.close();
        assert.deepEqual(runs.rows, [{ state: "partial", error_code: "INTERRUPTED" }]);
        assert.equal(leases.rowCount, 0);
      }),
  );
}

function countdown(times: number, token: string, then: () => void): () => Promise<string> {
  return () => {
    if (--times === 0) then();
    return Promise.resolve(token);
  };
}

Deno.test(
  "the examples in the documentation run",
  options,
  () =>
    inWorld(async ({ databaseUrl, dataDirectory, apiUrl, token }) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        // Without types: Deno imports all exports into each example, and then finds them unused.
        args: [
          "test",
          "--doc",
          "--no-check",
          "--allow-all",
          "mod.ts",
          "pipelines/sync/library.ts",
          "lib/oura/client/client.ts",
          "lib/oura/client/refreshing_token.ts",
          "lib/oura/webhooks/webhook_signature.ts",
          "docs/library.md",
        ],
        cwd: PROJECT,
        env: {
          NO_COLOR: "1",
          DATABASE_URL: databaseUrl,
          OURA_DATA_DIR: dataDirectory,
          OURA_API_URL: apiUrl,
          OURA_ACCESS_TOKEN: token,
        },
      }).output();
      const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, text);
      const passed = Number(/ok \| (\d+) passed/.exec(text)?.[1]);
      assert.ok(passed >= 8, text);
    }),
);
