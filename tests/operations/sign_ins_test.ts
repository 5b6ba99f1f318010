/** Runs over stored sign-ins: which is taken, what its scopes open, and how a run ends that cannot go on. */
import assert from "node:assert/strict";
import { checkSignIns } from "../../commands/doctor/oura.ts";
import { EXIT } from "../../lib/errors.ts";
import type { App } from "../../simulator/oauth/apps.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import type { SyncEvent } from "../../pipelines/sync/sync_wearer.ts";
import { countOf, grantTest, type LogLine, logLines } from "./grant_stage.ts";

const LEGACY: App = {
  clientId: "old-app",
  clientSecret: "old-secret",
  portal: "legacy",
  redirectUris: ["http://localhost:8000/callback"],
  eightScopes: "open",
};
/** Data types whose scope the legacy portal has no name for. */
const UNNAMED = [
  "daily_cardiovascular_age",
  "daily_resilience",
  "ring_battery_level",
  "ring_configuration",
  "vo2_max",
];

const loud = (log: readonly LogLine[]) => log.filter(({ level }) => /WARN|ERR|FATAL/i.test(level));

grantTest(
  "the legacy portal's eight scopes leave no data type out that Oura gives",
  async (stage) => {
    const { db, log } = stage;
    const settings = await stage.signIn("wearer-old", LEGACY);
    for (let turn = 0; turn < 2; turn++) {
      const [report] = await stage.run({}, settings);
      assert.equal(report!.exitCode, 0);
      assert.deepEqual(report!.types.filter(({ state }) => state !== "done"), []);
      assert.deepEqual(loud(log), []);
    }
    for (const table of ["daily_spo2", "ring_configuration", "ring_battery_level"]) {
      assert.ok(await countOf(db, table, "wearer-old") > 0, table);
    }
  },
);

grantTest(
  "what the legacy portal cannot grant and Oura refuses is asked for once",
  async (stage) => {
    const { oura, db, log } = stage;
    const app: App = { ...LEGACY, eightScopes: "closed" };
    const settings = await stage.signIn("wearer-old", app);
    const asked = () => {
      const { byPath } = oura.stats;
      return UNNAMED.filter((name) => (byPath[`/v2/usercollection/${pathOf(name)}`] ?? 0) > 0);
    };
    const leftOut = async () => {
      oura.stats.reset();
      const [report] = await stage.run({}, settings);
      assert.equal(report!.exitCode, 0, String(report!.error));
      const skipped = report!.types.filter((type) => type.state === "skipped");
      assert.deepEqual(skipped.map(({ dataType }) => dataType).toSorted(), UNNAMED);
      for (const { reason, reasonCode } of skipped) {
        assert.equal(reasonCode, "SCOPE_NOT_OFFERED");
        assert.match(reason, /cannot grant the scope .* refused the data type \(40[13]\)/);
      }
      assert.ok(
        log.every(({ message }) => !message.includes("auth login")),
        "advice that cannot help",
      );
      return asked();
    };
    assert.deepEqual(await leftOut(), UNNAMED, "the first run asks");
    assert.deepEqual(await leftOut(), [], "the second one knows");
    await db.query("UPDATE oura.sync_run_types SET started_at = started_at - interval '31 days'");
    await db.query("UPDATE oura.oauth_tokens SET obtained_at = obtained_at - interval '40 days'");
    assert.deepEqual(await leftOut(), UNNAMED, "a month later it asks again");
    assert.deepEqual(await leftOut(), []);
    await stage.signIn("wearer-old", app);
    assert.deepEqual(await leftOut(), UNNAMED, "a new sign-in may open what was closed");
  },
);

grantTest("a refusal of everything is not remembered against single data types", async (stage) => {
  const { oura } = stage;
  const settings = await stage.signIn("wearer-old", LEGACY);
  oura.simulator.faults.add({ kind: "status", match: "usercollection", status: 403 });
  const [lapsed] = await stage.run({}, settings);
  assert.equal(lapsed!.error?.code, "OURA_MEMBERSHIP");
  oura.simulator.faults.clear();
  const [report] = await stage.run({}, settings);
  assert.deepEqual(report!.types.filter(({ state }) => state !== "done"), []);
});

grantTest("a living sign-in is taken where an older one has ended", async (stage) => {
  const { db, log, settings } = stage;
  await stage.signIn("wearer-old");
  stage.revoke("wearer-old");
  assert.equal((await stage.run())[0]!.exitCode, EXIT.signIn, "the run in which it ends says so");
  await stage.signIn("wearer-new");

  const reports = await stage.run();
  assert.deepEqual(reports.map(({ userId, exitCode }) => [userId, exitCode]), [["wearer-new", 0]]);
  const notice = loud(log);
  assert.equal(notice.length, 1);
  for (const name of ["wearer-new", "wearer-old", "--user-id", "--all-users", "auth login"]) {
    assert.ok(notice[0]!.message.includes(name), name);
  }
  assert.match(notice[0]!.message, /auth logout --user-id wearer-old/);

  const findings = await checkSignIns(settings, db, shippedPipeline("oura", 3));
  assert.deepEqual(findings.filter(({ state }) => state === "fail"), []);
  const passedOver = findings.find(({ state }) => state === "warn");
  assert.match(passedOver!.message, /wearer-old has expired/);
  assert.match(passedOver!.hint!, /auth logout --user-id wearer-old/);

  const named = await stage.run({ wearers: { userId: "wearer-old" } });
  assert.deepEqual(
    named.map(({ exitCode }) => exitCode),
    [EXIT.signIn],
    "named, it is not replaced",
  );
});

grantTest("only sign-ins that have ended: exit 3 names each", async (stage) => {
  for (const user of ["wearer-old", "wearer-new"]) {
    await stage.signIn(user);
    stage.revoke(user);
    await stage.run({ wearers: { userId: user } });
  }
  const [report] = await stage.run();
  assert.equal(report!.exitCode, EXIT.signIn);
  assert.match(report!.error!.message, /wearer-old: .*wearer-new: /);
  assert.ok(report!.runId !== null, "it is recorded");
});

grantTest("a renewed client secret ends the run once, with a code of its own", async (stage) => {
  const { oura, db, settings, log } = stage;
  await stage.signIn("wearer-old");
  await stage.expire("wearer-old");
  oura.stats.reset();
  const [report] = await stage.run({}, { ...settings, clientSecret: "renewed" });
  assert.equal(report!.error?.code, "APP_REFUSED");
  assert.equal(report!.exitCode, EXIT.usage);
  assert.ok(report!.types.every(({ state, stopped }) => state === "failed" && stopped));
  assert.equal(new Set(report!.types.map(({ error }) => error)).size, 1);
  assert.deepEqual(loud(log), [], "the report's error is the only line");
  const { rows } = await db.query("SELECT state, exit_code, error_code FROM oura.sync_runs");
  assert.deepEqual(rows, [{ state: "failed", exit_code: 2, error_code: "APP_REFUSED" }]);
  assert.equal((await stage.run())[0]!.exitCode, 0, "with the right secret nothing was lost");
});

grantTest(
  "a sign-in that ends during a run is one cause, and no line for each data type",
  async (stage) => {
    await stage.signIn("wearer-old");
    stage.revoke("wearer-old");
    const [report] = await stage.run();
    assert.equal(report!.error?.code, "SIGN_IN_EXPIRED");
    assert.ok(report!.types.every(({ stopped }) => stopped));
    assert.equal(new Set(report!.types.map(({ error }) => error)).size, 1);
    assert.deepEqual(loud(stage.log), []);
  },
);

grantTest("a database that refuses in mid-run is one cause, too", async (stage) => {
  const { db, log } = stage;
  await stage.signIn("wearer-old");
  let turning: Promise<unknown> | undefined;
  const onEvent = (event: SyncEvent) => {
    if (event.kind === "window") turning ??= db.exec("SET default_transaction_read_only = on");
    logLines().onEvent(event);
  };
  try {
    const [report] = await stage.run({ progress: () => ({ onEvent, stop: () => {} }) });
    assert.equal(report!.error?.code, "DATABASE_READ_ONLY");
    const stopped = report!.types.filter((type) => type.stopped);
    assert.ok(stopped.length > 5, "most data types were still to come");
    assert.ok(stopped.every(({ error }) => error === report!.error));
    assert.deepEqual(loud(log), []);
  } finally {
    await turning;
    await db.exec("RESET default_transaction_read_only");
  }
});

grantTest("a limit beyond the patience is told for one data type, not for all", async (stage) => {
  await stage.signIn("wearer-old");
  stage.oura.simulator.faults.add({ kind: "rateLimit", match: "usercollection", seconds: 7_200 });
  const [report] = await stage.run();
  assert.equal(report!.error?.code, "OURA_RATE_LIMITED");
  assert.equal(loud(stage.log).filter(({ message }) => message.includes("failed")).length, 1);
});

grantTest(
  "a fresh pair with a lifetime that cannot be read is stored, and the run goes on",
  async (stage) => {
    const { oura, log } = stage;
    await stage.signIn("wearer-old");
    await stage.expire("wearer-old");
    oura.simulator.faults.add({
      kind: "tokenBadExpiry",
      match: "oauth-token",
      effect: true,
      times: 1,
    });
    const [report] = await stage.run();
    assert.equal(report!.exitCode, 0, String(report!.error));
    assert.equal(loud(log).length, 1);
    assert.match(loud(log)[0]!.message, /expires_in/);
    assert.equal((await stage.run())[0]!.exitCode, 0);
    assert.equal(oura.stats.refreshTokenReuses, 0);
  },
);

grantTest(
  "a refused personal_info alone does not speak for the other data types",
  async (stage) => {
    const { oura, db, settings } = stage;
    await stage.signIn("wearer-old");
    const profile = "usercollection/personal_info";
    oura.simulator.faults.add({ kind: "status", match: profile, status: 403 });
    const [report] = await stage.run();
    assert.equal(report!.error?.code, "TYPES_FAILED");
    assert.match(report!.error!.message, /1 of 19 data types failed: personal_info\./);
    assert.match(report!.error!.hint!, /scope .*membership/);
    assert.ok(await countOf(db, "daily_sleep", "wearer-old") > 0);

    const [alone] = await stage.run({ types: ["personal_info"], demand: { kind: "everything" } });
    assert.equal(alone!.error?.code, "OURA_PROFILE_REFUSED");

    // A given token is asked whose it is before anything else: the run is recorded without a wearer.
    const given = { ...settings, accessToken: "sim-wearer-new" };
    await assert.rejects(stage.run({}, given), (error: Error & { code: string; hint: string }) => {
      assert.equal(error.code, "OURA_PROFILE_REFUSED");
      assert.match(error.message, /personal_info \(403\)/);
      assert.match(error.hint, /scope.*membership/);
      return true;
    });
    const { rows } = await db.query(
      "SELECT state, exit_code, error_code FROM oura.sync_runs WHERE user_id = ''",
    );
    assert.deepEqual(rows, [{
      state: "partial",
      exit_code: 4,
      error_code: "OURA_PROFILE_REFUSED",
    }]);
  },
);

grantTest("an outdated Oura app is neither a dead token nor a lapsed membership", async (stage) => {
  await stage.signIn("wearer-old");
  stage.oura.simulator.faults.add({ kind: "status", match: "usercollection", status: 426 });
  const [report] = await stage.run();
  assert.equal(report!.exitCode, EXIT.partial);
  assert.match(report!.error!.hint!, /Update the Oura app/);
  assert.ok(report!.types.every(({ error }) => error?.code === "OURA_APP_OUTDATED"));
  stage.oura.simulator.faults.clear();
  assert.equal((await stage.run())[0]!.exitCode, 0, "the sign-in was left alone");
});

function pathOf(name: string): string {
  return name === "vo2_max" ? "vO2_max" : name;
}
