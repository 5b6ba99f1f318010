/** The page under strain: many clients, slow ones, huge spans, thousands of requests, a sync beside it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "../../lib/db/driver/database.ts";
import { createApp } from "../../server/http.ts";
import type { Pipeline } from "../../config/model.ts";
import type { RunningSimulator } from "../../simulator/mod.ts";
import { NOW, TODAY, WEARER, withPageWorld } from "../support/page_world.ts";
import { Run } from "../support/run.ts";
import { withPostgres } from "../support/server_database.ts";
import { SOAK } from "../support/soak.ts";
import { failures, shippedPipeline, syncWearer } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** The page on a real socket. */
async function served(
  db: Database,
  body: (address: { url: string; port: number }) => Promise<void>,
  now: () => Date = () => new Date(NOW),
): Promise<void> {
  const broken: unknown[] = [];
  const app = createApp({
    db,
    pipeline: shippedPipeline(db.schema),
    hostname: "127.0.0.1",
    token: null,
    now,
    onError: (error) => broken.push(error),
  });
  const stop = new AbortController();
  const listen = { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} };
  const server = Deno.serve(listen, app.fetch);
  try {
    await body({ url: `http://127.0.0.1:${server.addr.port}`, port: server.addr.port });
    assert.deepEqual(broken.map(String), []);
  } finally {
    stop.abort();
    await server.finished;
  }
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

/** Days of the wearer whose page is under strain. */
const WORLD = { days: 30, heartDays: 4 };

Deno.test("the page of a server's database under strain", (t) =>
  withPostgres("oura", async (db, url) => {
    await withPageWorld(db, WORLD, async ({ oura, pipeline }) => {
      await t.step("a thousand clients at once are served or told to come again", () => crowd(db));
      await t.step("clients that send or read slowly hold up no other client", () => slow(db));
      await t.step(
        "the longest spans are answered with as much as a chart can show",
        () => long(db),
      );
      await t.step("memory stays flat over many requests", () => memoryStaysFlat(url));
      for (const program of PROGRAMS) {
        const name = `\`${program.args[0]}\` answers again after more connections than it may open`;
        await t.step(name, () => tooManyConnections(url, program));
      }
      await t.step(
        "a sync goes on while the page is looked at, and what it brings shows",
        () => syncBeside(db, oura, pipeline),
      );
    });
  }, { applied: true }));

if (SOAK) {
  const { withPglite } = await import("../support/databases.ts");
  Deno.test("the page of an embedded database under strain", (t) =>
    withPglite("oura", async (db) => {
      await withPageWorld(db, WORLD, async () => {
        await t.step("a thousand clients at once", () => crowd(db));
        await t.step("the longest spans", () => long(db));
      });
    }, { applied: true }));
}

async function crowd(db: Database): Promise<void> {
  await served(db, async ({ url }) => {
    assert.equal(await statusOf(`${url}/api/today`), 200);
    const paths = ["/", "/api/today", "/assets/charts.css", "/assets/app.js", "/healthz"];
    const statuses = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => statusOf(url + paths[i % paths.length])),
    );
    assert.deepEqual(statuses.filter((status) => status !== 200 && status !== 503), []);
    assert.ok(
      statuses.filter((status) => status === 200).length >= 600,
      "files are all served",
    );
    assert.equal(await statusOf(`${url}/api/today`), 200);
  });
}

async function slow(db: Database): Promise<void> {
  await served(db, async ({ url, port }) => {
    const slow: Deno.Conn[] = [];
    const send = async (text: string) => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      slow.push(connection);
      await connection.write(new TextEncoder().encode(text));
    };
    try {
      // Headers that never end, and answers that are never read.
      for (let i = 0; i < 300; i++) await send("GET /api/today HTTP/1.1\r\nHost: 127.0.0.1\r\nX-");
      const large = `/api/trends?from=1995-01-01&to=${TODAY}&metrics=sleep.average_hrv`;
      for (let i = 0; i < 30; i++) await send(`GET ${large} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
      for (const path of ["/", "/api/overview", "/api/today", "/healthz"]) {
        assert.equal(await statusOf(url + path), 200, path);
      }
      // No slow client keeps a transaction, which would keep the database from cleaning up.
      const { rows } = await db.query(
        `SELECT count(*)::int AS open FROM pg_stat_activity
          WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
      );
      assert.deepEqual(rows, [{ open: 0 }]);
    } finally {
      for (const connection of slow) connection.close();
    }
    assert.equal(await statusOf(`${url}/api/today`), 200);
  });
}

async function long(db: Database): Promise<void> {
  await served(db, async ({ url }) => {
    const span = "from=1990-01-01T00:00:00Z&to=2099-12-31T00:00:00Z";
    const heart = await (await fetch(`${url}/api/heart?${span}&width=2000`)).json();
    assert.ok(heart.at.length <= 2_000);
    const metrics = "sleep.average_hrv,daily_sleep.score,heart_rate.bpm,series.activity_met";
    for (const step of ["day", "week", "month"]) {
      const span = `from=1995-01-01&to=${TODAY}&metrics=${metrics}&step=${step}`;
      const { starts, lines } = await (await fetch(`${url}/api/trends?${span}`)).json();
      assert.ok(starts.length <= 12_000 && lines.length === 4, step);
    }
    for (
      const path of [
        "trends?from=1990-01-01",
        "year?from=1995-01-01",
        "report?from=1995-01-01",
        "data?from=1995-01-01",
        "heart/hours?from=1995-01-01",
        "heart/zones?from=1995-01-01",
        "heart?width=2001",
        `trends?metrics=${Array.from({ length: 13 }, (_, i) => `a.b${i}`)}`,
      ]
    ) {
      assert.equal(await statusOf(`${url}/api/${path}`), 400, path);
    }
  });
}

async function syncBeside(
  db: Database,
  oura: RunningSimulator,
  pipeline: Pipeline,
): Promise<void> {
  let present = NOW;
  await served(db, async ({ url }) => {
    oura.world.advance("P3D");
    present = new Date(oura.world.now).toISOString();
    const report = syncWearer(oura, db, WEARER, { pipeline });
    let syncing = true;
    const done = report.finally(() => syncing = false);
    let looks = 0;
    const paths = ["overview", "today", "trends", "heart", "data", "year", "tags"];
    while (syncing) {
      assert.equal(await statusOf(`${url}/api/${paths[looks++ % paths.length]}`), 200);
    }
    assert.deepEqual(failures(await done), []);
    assert.ok(looks > 0);
    const { today } = await (await fetch(`${url}/api/overview`)).json();
    assert.equal(today, present.slice(0, 10));
    const { nightDay } = await (await fetch(`${url}/api/today`)).json();
    assert.equal(nightDay, today);
  }, () => new Date(present));
}

/** Requests of a round; after each the heap is measured. */
const ROUND = SOAK ? 3_000 : 80;
/** Caches may still fill up; keeping what was answered would be more than three times as much. */
const SLACK = 1_000_000;

async function memoryStaysFlat(databaseUrl: string): Promise<void> {
  const program = fileURLToPath(new URL("memory_program.ts", import.meta.url));
  const flags = ["--no-check", "--allow-all", "--v8-flags=--expose-gc"];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, program, databaseUrl, `${ROUND}`],
    stderr: "inherit",
  }).output();
  assert.equal(code, 0);
  const [, warm, ...after] = JSON.parse(new TextDecoder().decode(stdout)) as number[];
  assert.ok(after.at(-1)! < warm! + SLACK, `${warm} bytes of heap, then ${after}`);
}

/** Files that may be open: the program needs some eighty of them. */
const FEW_FILES = 160;

/** A command, the line in which it prints its address, and a path that answers once it is ready. */
interface ServingProgram {
  readonly args: readonly string[];
  readonly says: RegExp;
  readonly path: string;
}

const PROGRAMS: readonly ServingProgram[] = [
  {
    args: ["dashboard", "--no-open"],
    says: /The page is at (http:\S+)\/\./,
    path: "/api/today",
  },
  { args: ["serve"], says: /Receiving webhooks at (http:\S+)\/webhook/, path: "/healthz" },
];

async function tooManyConnections(
  databaseUrl: string,
  { args, says, path }: ServingProgram,
): Promise<void> {
  await using temporary = await temporaryDirectory();
  const env = {
    DATABASE_URL: databaseUrl,
    OURA_DATA_DIR: join(temporary.path, "data"),
    OURA_CLIENT_SECRET: "synthetic",
  };
  const surroundings = { directory: temporary.path, env };
  const program = new Run(surroundings, [...args, "--port", "0"], { openFiles: FEW_FILES });
  const clients: Deno.Conn[] = [];
  try {
    const [, address] = await program.says(says);
    const port = Number(new URL(address!).port);
    while (clients.length < FEW_FILES) {
      const client = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => null);
      if (client === null) break;
      clients.push(client);
      await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\n")).catch(() => {});
    }
    await program.says(/accepts no connections/);
    for (const client of clients.splice(0)) client.close();
    let status = 0;
    for (let tries = 0; status !== 200 && tries < 400; tries++) {
      status = await statusOf(address + path).catch(() => 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(status, 200);
  } finally {
    for (const client of clients) client.close();
    program.kill("SIGTERM");
    assert.equal((await program.end()).exitCode, 0);
  }
}
