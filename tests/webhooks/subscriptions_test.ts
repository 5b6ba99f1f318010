/** The life of subscriptions: the program, a simulated Oura, and a receiver. */
import assert from "node:assert/strict";
import type { Finding } from "../../commands/doctor/check.ts";
import { withPostgres } from "../support/server_database.ts";
import { type Document, subscribe, webhookTest, type World } from "./subscription_support.ts";

const counts = ({ created, updated, renewed, kept, deleted, failed }: Document) => ({
  created: created.length,
  updated: updated.length,
  renewed: renewed.length,
  kept: kept.length,
  deleted: deleted.length,
  failed: failed.length,
});
const NONE = { created: 0, updated: 0, renewed: 0, kept: 0, deleted: 0, failed: 0 };

const present = (world: World) => world.oura.simulator.webhooks.subscriptions.of("sim-app");

webhookTest(
  "ensure makes what is missing, keeps it, and renews it in its last week",
  async (world) => {
    const first = await world.json("webhooks", "ensure");
    assert.equal(first.exitCode, 0);
    assert.deepEqual(counts(first.document), { ...NONE, created: 6 });
    assert.equal(first.document.probe?.outcome, "ok");
    assert.deepEqual(
      present(world).map(({ callbackUrl }) => callbackUrl.slice(world.receiver.url.length)).sort(),
      ["sleep", "daily_sleep"].flatMap((type) =>
        ["create", "update", "delete"].map((event) => `/webhook/${event}/${type}`)
      ).sort(),
    );
    const again = await world.json("webhooks", "ensure");
    assert.deepEqual(counts(again.document), { ...NONE, kept: 6 });
    assert.equal(again.document.probe, null, "nothing is made, so nothing is asked");
  },
);

webhookTest("delete ends one subscription, then all", async (world) => {
  await world.run("webhooks", "ensure");
  const one = await world.json("webhooks", "delete", "--type", "sleep", "--event", "update");
  assert.deepEqual([one.exitCode, one.document.deleted.length], [0, 1]);
  assert.equal((await world.json("webhooks", "list")).document.subscriptions.length, 5);
  assert.equal((await world.run("webhooks", "delete")).exitCode, 2, "never all by accident");
  assert.equal((await world.run("webhooks", "delete", "--all", "--type", "sleep")).exitCode, 2);
  assert.equal(present(world).length, 5);
  assert.equal((await world.json("webhooks", "delete", "--all")).document.deleted.length, 5);
  assert.match((await world.run("webhooks", "list")).out, /no subscriptions/);
});

webhookTest(
  "ensure changes an address, deletes strangers, and a dry run only says so",
  async (world) => {
    await subscribe(world, "create", "sleep");
    await subscribe(world, "create", "workout");
    const wanted = { ...NONE, created: 5, updated: 1, deleted: 1 };
    const dry = await world.json("webhooks", "ensure", "--dry-run");
    assert.deepEqual(counts(dry.document), wanted);
    assert.equal(present(world).length, 2);
    assert.ok(present(world).every(({ callbackUrl }) => callbackUrl.endsWith("/elsewhere")));
    const real = await world.json("webhooks", "ensure");
    assert.deepEqual(counts(real.document), wanted);
    assert.equal(real.document.deleted[0]!.dataType, "workout");
    assert.ok(present(world).every(({ callbackUrl }) => callbackUrl.includes("/webhook/")));
    assert.equal(present(world).length, 6);
  },
);

webhookTest(
  "doctor tells of subscriptions that are missing or right",
  (world) =>
    withPostgres("oura", async (_, url) => {
      Object.assign(world.env, { DATABASE_URL: url });
      const line = async () => {
        const findings: Finding[] = JSON.parse((await world.run("doctor", "--json")).out);
        return findings.find(({ subject }) => subject === "webhooks");
      };
      const missing = await line();
      assert.deepEqual([missing?.state, missing?.message], ["warn", "subscriptions: 6 missing"]);
      await subscribe(world, "create", "workout");
      await subscribe(world, "create", "sleep");
      assert.equal(
        (await line())?.message,
        "subscriptions: 5 missing, 1 with another address, 1 that oura.yaml does not want",
      );
      await world.run("webhooks", "ensure");
      assert.equal((await line())?.state, "ok");
      await world.configure("");
      assert.equal(await line(), undefined);
    }, { applied: true }),
);

webhookTest("the documents are as the contract lists them", async (world) => {
  const page = await Deno.readTextFile(new URL("../../docs/cli-contract.md", import.meta.url));
  for (const command of ["list", "ensure", "test", "delete"]) {
    const args = ["webhooks", command, ...(command === "delete" ? ["--all"] : [])];
    const { document } = await world.json(...args);
    const row = page.split("\n").find((line) => line.startsWith(`| \`webhooks ${command}\` `));
    const listed = [...row!.split("|")[2]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    assert.deepEqual(Object.keys(document).sort(), listed.sort(), command);
  }
});

webhookTest("a refused handshake fails one subscription, with exit code 4", async (world) => {
  world.receiver.refusing.add("/webhook/delete/sleep");
  const { exitCode, document } = await world.json("webhooks", "ensure");
  assert.equal(exitCode, 4);
  assert.deepEqual(counts(document), { ...NONE, created: 5, failed: 1 });
  const { action, code, eventType, dataType } = document.failed[0]!;
  assert.deepEqual([action, code, eventType, dataType], [
    "create",
    "WEBHOOK_HANDSHAKE",
    "delete",
    "sleep",
  ]);
});

webhookTest(
  "nothing is made, changed or deleted while something else answers there",
  async (world) => {
    const stranger = await subscribe(world, "create", "workout");
    world.receiver.status = 502;
    const { exitCode, document } = await world.json("webhooks", "ensure");
    assert.equal(exitCode, 4);
    assert.deepEqual(counts(document), { ...NONE, failed: 7 });
    assert.ok(
      document.failed.every(({ code }) => code === "WEBHOOK_CALLBACK_WRONG"),
    );
    assert.deepEqual(present(world).map(({ id }) => id), [stranger]);
  },
);

webhookTest(
  "test makes every handshake, and finds a receiver that checks no signature",
  async (world) => {
    const good = await world.json("webhooks", "test");
    assert.equal(good.exitCode, 0);
    assert.equal(good.document.handshakes.length, 6);
    assert.equal(good.document.signature.outcome, "ok");
    world.receiver.credulous = true;
    const credulous = await world.json("webhooks", "test");
    assert.equal(credulous.exitCode, 4);
    assert.equal(credulous.document.signature.code, "WEBHOOK_SIGNATURE_UNCHECKED");
    world.receiver.status = 404;
    const wrong = await world.json("webhooks", "test");
    assert.equal(wrong.exitCode, 4);
    assert.equal(wrong.document.handshakes[0]!.code, "WEBHOOK_CALLBACK_WRONG");
    await world.configure("{ url: http://127.0.0.1:1 }");
    const away = await world.run("webhooks", "test");
    assert.equal(away.exitCode, 4);
    assert.match(away.out, /WEBHOOK_CALLBACK_UNREACHABLE.*\n.*may reach it all the same/);
    assert.equal(present(world).length, 0);
  },
);

webhookTest("what is missing in the settings is named", async (world) => {
  const wrongSecret = { ...world.env, OURA_CLIENT_SECRET: "not-the-secret" };
  Object.assign(world.env, wrongSecret);
  const refused = await world.json("webhooks", "list");
  assert.deepEqual([refused.exitCode, refused.document.error.code], [2, "APP_REFUSED"]);
  Object.assign(world.env, { OURA_CLIENT_SECRET: "" });
  const missing = await world.json("webhooks", "list");
  assert.deepEqual([missing.exitCode, missing.document.error.code], [2, "APP_MISSING"]);
  await world.configure("");
  const unset = await world.json("webhooks", "test");
  assert.deepEqual([unset.exitCode, unset.document.error.code], [2, "WEBHOOKS_MISSING"]);
  Object.assign(world.env, { OURA_API_URL: "http://127.0.0.1:1", OURA_CLIENT_SECRET: "x" });
  const away = await world.json("webhooks", "list");
  assert.deepEqual([away.exitCode, away.document.error.code], [6, "OURA_UNREACHABLE"]);
});

webhookTest("no secret and no token is printed, whatever fails", async (world) => {
  const secret = world.env.OURA_CLIENT_SECRET!;
  await world.run("webhooks", "ensure");
  await world.run("webhooks", "list");
  await world.run("webhooks", "test", "--json");
  world.receiver.status = 500;
  await world.run("webhooks", "test");
  // A port that was free a moment ago: nothing listens there.
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  free.close();
  await world.configure(`{ url: "http://127.0.0.1:${free.addr.port}" }`);
  await world.run("webhooks", "test");
  await world.run("webhooks", "ensure");
  const all = world.printed.join("\n");
  assert.ok(all.length > 500);
  assert.ok(!all.includes(secret));
  assert.doesNotMatch(all, /[0-9a-f]{64}/i, "a verification token");
  assert.doesNotMatch(all, /verification_token=/);
});
