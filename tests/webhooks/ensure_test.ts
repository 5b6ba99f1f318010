/** Subscriptions over time, and Oura in trouble: `ensureSubscriptions()` at any moment. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import { loadSettings } from "../../config/environment/settings.ts";
import { ensureSubscriptions } from "../../server/subscriptions/ensure.ts";
import type { EnsureReport } from "../../server/subscriptions/report.ts";
import { webhookApp } from "../../server/subscriptions/app_client.ts";
import { SubscriptionNotFoundError } from "../../lib/oura/webhooks/subscription_errors.ts";
import { subscribe, webhookTest, type World } from "./subscription_support.ts";

const DAY = 86_400_000;

function ensure(world: World, afterDays = 0, url = world.receiver.url): Promise<EnsureReport> {
  const yaml = `version: 1\nwebhooks: { url: ${url}, types: [sleep] }\ndata_types: { sleep: {} }\n`;
  const { pipeline } = parsePipeline(yaml, "oura.yaml");
  assert.ok(pipeline);
  const now = new Date(Date.now() + afterDays * DAY);
  return ensureSubscriptions({ settings: loadSettings(world.env), pipeline, now });
}

const subscriptions = (world: World) => world.oura.simulator.webhooks.subscriptions;
const client = (world: World) => webhookApp(loadSettings(world.env)).client;

webhookTest(
  "a subscription is renewed in its last seven days, without the receiver",
  async (world) => {
    await ensure(world);
    world.pass(82);
    assert.equal((await ensure(world, 82)).kept.length, 3);
    world.pass(2);
    // One is to be made, so that the receiver is asked; it is away.
    const [first] = subscriptions(world).of("sim-app");
    subscriptions(world).remove("sim-app", first!.id);
    world.receiver.status = 500;
    const report = await ensure(world, 84);
    assert.deepEqual([report.renewed.length, report.failed.length], [2, 1]);
    for (const { expiresAt } of report.renewed) {
      const days = (expiresAt!.getTime() - Date.now()) / DAY;
      assert.ok(days > 173 && days < 175, `${days}`);
    }
  },
);

webhookTest("a changed address that is about to end is renewed, too", async (world) => {
  await subscribe(world, "create", "sleep");
  world.pass(88);
  const report = await ensure(world, 88);
  assert.equal(report.updated.length, 1);
  assert.ok(report.updated[0]!.expiresAt!.getTime() - Date.now() > 170 * DAY);
});

webhookTest("one that ended between the list and its renewal is made", async (world) => {
  await ensure(world);
  world.pass(86);
  const all = subscriptions(world);
  const find = all.find.bind(all);
  all.find = (clientId, id) => {
    all.find = find;
    all.remove(clientId, id);
    return undefined;
  };
  const report = await ensure(world, 86);
  assert.deepEqual([report.renewed.length, report.failed.length], [3, 0]);
  assert.equal(all.of("sim-app").length, 3);
});

webhookTest(
  "a subscription that another process makes at the same time is taken over",
  async (world) => {
    const reports = await Promise.all([ensure(world), ensure(world)]);
    assert.ok(reports.every(({ failed }) => failed.length === 0));
    assert.equal(subscriptions(world).of("sim-app").length, 3);
  },
);

webhookTest(
  "an answer that is lost costs nothing: the second attempt finds the work done",
  async (world) => {
    const { faults } = world.oura.simulator;
    faults.add({ kind: "cut", effect: true, match: "^POST /v2/webhook", times: 1 });
    const report = await ensure(world);
    assert.deepEqual([report.created.length, report.failed.length], [3, 0]);
    assert.equal(subscriptions(world).of("sim-app").length, 3);
  },
);

webhookTest("server errors are retried, but not for ever", async (world) => {
  const { faults } = world.oura.simulator;
  faults.add({ kind: "status", status: 503, match: "^GET /v2/webhook", times: 2 });
  assert.equal((await ensure(world)).created.length, 3);
  faults.add({ kind: "status", status: 503, match: "^GET /v2/webhook" });
  await assert.rejects(ensure(world), { code: "OURA_SERVER_ERROR", exitCode: 6 });
});

webhookTest("an unknown id is told apart from a wrong secret", async (world) => {
  await assert.rejects(client(world).renew("nobody"), SubscriptionNotFoundError);
  await assert.rejects(client(world).delete("nobody"), SubscriptionNotFoundError);
  Object.assign(world.env, { OURA_CLIENT_SECRET: "wrong" });
  await assert.rejects(client(world).list(), { code: "APP_REFUSED", exitCode: 2 });
});

webhookTest(
  "an address that cannot be reached from here is left to Oura to judge",
  async (world) => {
    const report = await ensure(world, 0, "http://127.0.0.1:1");
    assert.equal(report.probe?.outcome, "unreachable");
    assert.deepEqual(report.failed.map(({ code }) => code), Array(3).fill("WEBHOOK_HANDSHAKE"));
  },
);
