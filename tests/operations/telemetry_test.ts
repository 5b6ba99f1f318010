import assert from "node:assert/strict";
import { staticToken } from "../../simulator/mod.ts";
import { createDatabase, sharedCluster } from "../support/postgres.ts";
import { Run } from "../support/run.ts";
import { withSimulator } from "../support/sync_world.ts";

// Started here: the sanitizers of the test would take it for a leak.
await sharedCluster();

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
