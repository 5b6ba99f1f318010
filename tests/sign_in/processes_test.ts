import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { readGrant } from "../../lib/db/vault/grants.ts";
import { generateTokenKey, keyringOf } from "../../lib/db/vault/token_key.ts";
import { withPostgres } from "../support/server_database.ts";
import { type CrashPoint, digestOf, type Orders, type Report } from "./refresh_program.ts";
import { APPS, onScene, type Scene } from "./support.ts";

const PROGRAM = fileURLToPath(new URL("refresh_program.ts", import.meta.url));
/** Longer than a refresh takes, even on a busy machine; short, as waiting for it to end costs time. */
const CLAIM_MS = 3_000;

/** A process that has opened the database and waits for the word. */
interface Waiting {
  /** Lets it go; null when it died without a report. */
  go(): Promise<Report | null>;
}

async function spawn(orders: Orders): Promise<Waiting> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", PROGRAM, JSON.stringify(orders)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: first } = await output.read();
  assert.equal(first, "ready\n");
  return {
    async go() {
      const input = child.stdin.getWriter();
      await input.write(new TextEncoder().encode("\n"));
      await input.close();
      let text = "";
      for (let part = await output.read(); !part.done; part = await output.read()) {
        text += part.value;
      }
      await child.status;
      return text === "" ? null : JSON.parse(text);
    },
  };
}

/** A signed-in wearer with an expired token in a database that other processes can reach. */
function processTest(
  name: string,
  body: (scene: Scene, orders: Orders) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: () =>
      withPostgres("oura", async (db, databaseUrl) => {
        await migrate(db);
        await onScene(db, async (scene) => {
          const key = generateTokenKey();
          const vault = { db, keyring: await keyringOf(key) };
          const userId = await scene.signIn({ vault });
          await scene.expire(userId);
          await body({ ...scene, vault }, {
            databaseUrl,
            userId,
            directory: scene.directory,
            key: key.toBase64(),
            app: APPS.moi,
            endpoints: [scene.oura.url],
            claimMs: CLAIM_MS,
            crashAt: null,
          });
        });
      }),
  });
}

async function run(orders: Orders): Promise<Report | null> {
  return await (await spawn(orders)).go();
}

processTest(
  "eight processes make one refresh between them, and all finish",
  async (scene, orders) => {
    const all = await Promise.all(Array.from({ length: 8 }, () => spawn(orders)));
    const reports = await Promise.all(all.map((process) => process.go()));
    const digests = reports.map((report) => report?.ok ? report.tokenDigest : report);
    const stored = await readGrant(scene.vault, orders.userId);
    assert.deepEqual(new Set(digests), new Set([await digestOf(stored!.accessToken)]));
    assert.deepEqual([scene.oura.stats.refreshes, scene.oura.stats.refreshTokenReuses], [1, 0]);
  },
);

/** What the run after a kill -9 comes to. */
const crashes: Record<CrashPoint, { refreshes: number; lost: boolean }> = {
  begin: { refreshes: 1, lost: false },
  claimed: { refreshes: 1, lost: false },
  in_flight: { refreshes: 1, lost: true },
  answered: { refreshes: 1, lost: true },
  kept: { refreshes: 1, lost: false },
  committed: { refreshes: 1, lost: false },
  done: { refreshes: 1, lost: false },
};

for (const [crashAt, { refreshes, lost }] of Object.entries(crashes)) {
  const outcome = lost ? "is explained by" : "costs nothing in";
  processTest(`kill -9 at "${crashAt}" ${outcome} the next run`, async (scene, orders) => {
    const { stats } = scene.oura;
    assert.equal(await run({ ...orders, crashAt: crashAt as CrashPoint }), null, "it died");
    const next = await run(orders);
    assert.ok(next);
    assert.equal(stats.refreshes, refreshes);
    if (lost) {
      assert.ok(!next.ok);
      assert.deepEqual([next.code, next.exitCode], ["SIGN_IN_EXPIRED", 3]);
      assert.match(next.text, /Refresh token already used.*begun at .* was cut short/);
      const asked = stats.requests;
      const third = await run(orders);
      assert.ok(third && !third.ok && third.text === next.text, "remembered");
      assert.equal(stats.requests, asked, "and Oura is not asked again");
      return;
    }
    assert.ok(next.ok, JSON.stringify(next));
    assert.equal(stats.refreshTokenReuses, 0);
    const grant = await readGrant(scene.vault, orders.userId);
    assert.equal(next.tokenDigest, await digestOf(grant!.accessToken));
    const left = await Array.fromAsync(Deno.readDir(scene.directory), ({ name }) => name);
    assert.deepEqual(left, [], "no recovery file is left behind");
  });
}
