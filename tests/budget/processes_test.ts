/** Several processes on one budget, counted by the simulator. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { type BudgetSize, budgetsLeft } from "../../lib/db/store/budget.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { appName } from "../../pipelines/sync/app_budget.ts";
import type { RunningSimulator, ServeOptions } from "../../simulator/mod.ts";
import { withPooledPostgres } from "../faults/support/pooled.ts";
import { Program } from "../support/program.ts";
import { withPostgres } from "../support/server_database.ts";
import { SOAK } from "../support/soak.ts";
import { withSimulator } from "../support/sync_world.ts";
import { withSettings } from "./support.ts";

const USERS = ["one", "two", "three", "four"];
const WORLD = { users: USERS.map((id) => ({ id, zone: "UTC" })), days: 10 };
const PROGRAM = new URL("./sync_program.ts", import.meta.url);

interface Stage {
  readonly oura: RunningSimulator;
  /** The name of the app in the database. */
  readonly app: string;
  /** Starts a process that syncs a wearer under a budget. */
  start(userId: string, size: BudgetSize): Program;
}

/** Runs `body` with wearers who are signed in. */
async function withProcesses(
  db: Database,
  url: string,
  world: ServeOptions,
  body: (stage: Stage) => Promise<void>,
): Promise<void> {
  await withSimulator(world, (oura) =>
    withSettings(oura, db, (settings, environment) =>
      body({
        oura,
        app: appName(settings),
        start(userId, size) {
          const args = [url, JSON.stringify(environment), userId, JSON.stringify(size)];
          return new Program(PROGRAM, args);
        },
      })));
}

/** Syncs four wearers in four processes at once. Oura lets 40 requests through in 6 s. */
async function syncAll(db: Database, url: string): Promise<void> {
  const world = { ...WORLD, appLimit: 40, rateWindow: 6 };
  await withProcesses(db, url, world, async ({ start, oura }) => {
    // A span that is longer than Oura's by a third: a busy machine delays what was let through.
    const programs = USERS.map((userId) => start(userId, { requests: 40, perMs: 8_000 }));
    const ends = await Promise.all(programs.map(async (program) => {
      const end = JSON.parse(await program.line());
      await program.goOn();
      await program.ended();
      return end;
    }));
    assert.deepEqual(ends.map(({ exitCode }) => exitCode), [0, 0, 0, 0]);
    const { requests, byStatus } = oura.stats;
    assert.ok(requests > 60, `${requests} requests are more than one span has`);
    assert.equal(byStatus[429], undefined, `${byStatus[429]} of ${requests} were too many`);
  });
}

if (SOAK) {
  Deno.test("four processes at once never exceed the budget of the app [direct]", () =>
    withPostgres("oura", (db, url) => syncAll(db, url), { migrated: true }));
}

Deno.test("four processes at once never exceed the budget of the app [PgBouncer]", () =>
  withPooledPostgres(async (db, url) => {
    await migrate(db);
    await syncAll(db, url);
  }));

Deno.test("what a killed process had reserved is free when its slot has passed", () =>
  withPostgres("oura", async (db, url) => {
    await migrate(db);
    await withProcesses(db, url, WORLD, async ({ start, oura, app }) => {
      const size = { requests: 1_000, perMs: 3_000_000 };
      oura.simulator.faults.add({ kind: "stall" });
      const program = start("one", size);
      while (oura.stats.requests < 8) await new Promise((resolve) => setTimeout(resolve, 5));
      await program.kill();
      const left = (await budgetsLeft(db, size)).get(app);
      assert.ok(left! < size.requests - oura.stats.requests, "it had reserved more than it sent");
      await db.exec(
        `UPDATE oura.rate_budget SET slot = slot - 33,
          spent = (SELECT jsonb_object_agg(key::bigint - 33, value) FROM jsonb_each(spent))`,
      );
      assert.equal((await budgetsLeft(db, size)).get(app), size.requests);
      oura.simulator.faults.clear();
      const next = start("two", size);
      assert.equal(JSON.parse(await next.line()).exitCode, 0);
      await next.goOn();
      await next.ended();
    });
  }));
