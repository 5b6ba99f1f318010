/**
 * What one wearer costs: requests of each kind of sync, and bytes in the database by year. The real
 * sync against the simulator and a PostgreSQL server. `deno run --allow-all bench/fleet_costs.ts`
 * measures in about a minute and writes `bench/fleet_costs.json`, from which `bench/fleet.ts` works.
 */
import { fileURLToPath } from "node:url";
import type { Database } from "../lib/db/driver/database.ts";
import { serveSimulator } from "../simulator/mod.ts";
import { DEFAULT_SCHEMA, withPostgres } from "../tests/support/server_database.ts";
import { shippedPipeline, syncWearer } from "../tests/support/sync_world.ts";

/** Requests and bytes of one wearer. */
export interface WearerCosts {
  /** Requests of the first sync, 90 days of all types. */
  readonly firstSync: number;
  /** Requests of the first sync with a year of all types. */
  readonly firstYear: number;
  /** Requests of a sync on a day on which one has run before. */
  readonly sync: number;
  /** Requests of the first sync of a day, which also reads late data again. */
  readonly firstOfDay: number;
  /** Requests of a sync of the types that webhooks do not announce. */
  readonly polledSync: number;
  /** Bytes of rows and indexes after a year, with raw documents. */
  readonly yearBytes: number;
  /** The same without them. */
  readonly yearBytesWithoutRaw: number;
  /** Bytes of the largest tables after a year. */
  readonly tables: Readonly<Record<string, number>>;
}

/** Oura sends no webhooks for these. Source: OpenAPI, webhook data types. */
const POLLED = ["heart_rate", "ring_battery_level", "personal_info"];
const FILE = fileURLToPath(new URL("fleet_costs.json", import.meta.url));
/** How many tables are named. */
const LARGEST = 6;
const NOW = "2026-06-01T12:10:00Z";

if (import.meta.main) {
  const costs = await measureCosts();
  await Deno.writeTextFile(FILE, `${JSON.stringify(costs, null, 2)}\n`);
  await Deno.stdout.write(new TextEncoder().encode(await Deno.readTextFile(FILE)));
}

async function measureCosts(): Promise<WearerCosts> {
  const requests = await measureRequests();
  const year = await measureYear(true);
  const { bytes } = await measureYear(false);
  return {
    ...requests,
    firstYear: year.requests,
    yearBytes: year.bytes,
    yearBytesWithoutRaw: bytes,
    tables: year.tables,
  };
}

async function measureRequests() {
  const counts = { firstSync: 0, sync: 0, firstOfDay: 0, polledSync: 0 };
  await withWorld(100, async (simulator, db) => {
    const userId = simulator.world.wearers[0]!.id;
    const count = async (dataTypes?: readonly string[]) => {
      const { requests } = simulator.stats;
      const pipeline = shippedPipeline();
      const types = pipeline.types.filter(({ name }) => dataTypes?.includes(name) ?? true);
      await syncWearer(simulator, db, userId, { pipeline: { ...pipeline, types } });
      return simulator.stats.requests - requests;
    };
    counts.firstSync = await count();
    simulator.world.advance("PT24H");
    await count();
    simulator.world.advance("PT6H");
    counts.sync = await count();
    simulator.world.advance("PT18H");
    counts.firstOfDay = await count();
    simulator.world.advance("PT6H");
    counts.polledSync = await count(POLLED);
  });
  return counts;
}

async function measureYear(keepRaw: boolean) {
  let found = { requests: 0, bytes: 0, tables: {} as Record<string, number> };
  await withWorld(365, async (simulator, db) => {
    const userId = simulator.world.wearers[0]!.id;
    const shipped = shippedPipeline(DEFAULT_SCHEMA, 365);
    const types = shipped.types.map((type) => ({ ...type, keepRaw }));
    await syncWearer(simulator, db, userId, { pipeline: { ...shipped, types } });
    const tables = await tableBytes(db);
    const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
    const largest = tables.slice(0, LARGEST).map(({ name, bytes }) => [name, bytes]);
    found = { requests: simulator.stats.requests, bytes, tables: Object.fromEntries(largest) };
  });
  return found;
}

async function tableBytes(db: Database): Promise<{ name: string; bytes: number }[]> {
  await db.exec("VACUUM FULL");
  const { rows } = await db.query<{ name: string; bytes: number }>(
    `SELECT c.relname::text AS name, pg_total_relation_size(c.oid) AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY 2 DESC`,
    [db.schema],
  );
  return rows;
}

async function withWorld(
  days: number,
  body: (simulator: ReturnType<typeof serveSimulator>, db: Database) => Promise<void>,
): Promise<void> {
  const simulator = serveSimulator({ days, now: NOW, seed: 1, users: [{ zone: "UTC" }] });
  try {
    await withPostgres(DEFAULT_SCHEMA, (db) => body(simulator, db), { migrated: true });
  } finally {
    await simulator.close();
  }
}
