import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { staticToken } from "../../simulator/mod.ts";
import { createDatabase, sharedCluster } from "../support/postgres.ts";
import { Run } from "../support/run.ts";
import { withSimulator } from "../support/sync_world.ts";

// Started here: the sanitizers of the test would take it for a leak.
await sharedCluster();

const PROGRAM = fileURLToPath(new URL("telemetry_program.ts", import.meta.url));

interface Exported {
  name: string;
  spanId?: string;
  parentSpanId?: string;
}

/** All spans or metrics in what OTLP calls resources and scopes. */
function named(value: unknown, list: string): Exported[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === list && Array.isArray(inner) ? inner as Exported[] : named(inner, list)
  );
}

Deno.test("with OTEL_DENO=true a sync exports its spans and counts, and no value", {
  sanitizeOps: true,
  sanitizeResources: true,
}, async () => {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-telemetry-" });
  const { url, drop } = await createDatabase();
  const bodies: string[] = [];
  const collector = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      bodies.push(await request.text());
      return Response.json({});
    },
  );
  try {
    await withSimulator({ users: [{ id: "one", zone: "UTC" }], days: 10 }, async (oura) => {
      oura.simulator.faults.add({
        kind: "malform",
        match: "/daily_stress\\?",
        field: "day_summary",
        value: [987654],
      });
      const env = {
        DATABASE_URL: url,
        OURA_DATA_DIR: directory,
        OURA_API_URL: oura.url,
        OURA_ACCESS_TOKEN: staticToken("one"),
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
      };
      await new Run({ directory, env }, ["sync", "--types", "daily_stress,daily_sleep"]).end();
    });
  } finally {
    await collector.shutdown();
    await drop();
    await Deno.remove(directory, { recursive: true });
  }
  const exported = bodies.map((body): unknown => JSON.parse(body));
  const spans = exported.flatMap((body) => named(body, "spans"));
  const run = spans.find(({ name }) => name === "oura_sync.run");
  const types = spans.filter(({ name }) => name === "oura_sync.type");
  const windows = spans.filter(({ name }) => name === "oura_sync.window");
  assert.ok(run);
  assert.deepEqual(types.map(({ parentSpanId }) => parentSpanId), [run.spanId, run.spanId]);
  assert.ok(windows.length >= 2);
  for (const { parentSpanId } of windows) {
    assert.ok(types.some(({ spanId }) => spanId === parentSpanId));
  }
  const metrics = new Set(
    exported.flatMap((body) => named(body, "metrics")).map(({ name }) => name),
  );
  assert.ok(metrics.has("oura_sync.documents") && metrics.has("oura_sync.requests"));
  assert.ok(bodies.every((body) => !body.includes("987654")), "no value of a document leaves");
});

Deno.test("no secret of a URL is exported, whether the request works or not", {
  sanitizeOps: true,
  sanitizeResources: true,
}, async () => {
  const bodies: string[] = [];
  const asked: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const collector = Deno.serve(options, async (request) => {
    bodies.push(await request.text());
    return Response.json({});
  });
  const server = Deno.serve(options, ({ url }) => {
    asked.push(url);
    return new Response();
  });
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  gone.close();
  const program = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-all",
      PROGRAM,
      `http://127.0.0.1:${server.addr.port}`,
      `http://127.0.0.1:${gone.addr.port}`,
    ],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    },
    stderr: "inherit",
  });
  assert.ok((await program.output()).success);
  await Promise.all([server.shutdown(), collector.shutdown()]);
  assert.equal(asked.filter((url) => url.includes("secret-path")).length, 2);
  assert.equal(asked.filter((url) => url.includes("secret-access-token")).length, 1);
  const all = bodies.join("\n");
  const spans = bodies.flatMap((body) => named(JSON.parse(body), "spans"));
  assert.ok(spans.length >= 4, `only ${spans.length} spans`);
  assert.match(all, /oauth\/revoke\?\[redacted\]/);
  assert.deepEqual(all.match(/.{60}secret-.{60}/g), null);
});
