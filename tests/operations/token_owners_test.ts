/** A token that is given, not stored: Oura says once whose it is. */
import assert from "node:assert/strict";
import { forgetWearer } from "../../pipelines/forget/forget.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { FORGET } from "../../lib/db/store/runs.ts";
import { rememberOwner } from "../../lib/db/store/token_owners.ts";
import { countOf, type GrantStage, grantTest } from "./grant_stage.ts";

const TYPES = ["daily_sleep"];
const NEW = "sim-wearer-new";
const OLD = "sim-wearer-old";

/** Syncs with a token, and returns the report and how often Oura was asked for the wearer. */
async function syncWith({ oura, settings, run }: GrantStage, accessToken: string, dryRun = false) {
  oura.stats.reset();
  const [report] = await run({ types: TYPES, dryRun }, { ...settings, accessToken });
  const asked = oura.stats.byPath["/v2/usercollection/personal_info"] ?? 0;
  return { report: report!, asked };
}

const owners = async ({ db }: GrantStage) =>
  (await db.query("SELECT user_id, token_digest FROM oura.token_owners ORDER BY 1")).rows;

grantTest("a sync asks whose token it has only if no sync with this token did", async (stage) => {
  assert.equal((await syncWith(stage, NEW)).asked, 1);
  const [owner] = await owners(stage);
  assert.equal(owner!.user_id, "wearer-new");
  assert.ok(!JSON.stringify(owner).includes(NEW));
  const { report, asked } = await syncWith(stage, NEW);
  assert.deepEqual([report.exitCode, report.userId, asked], [0, "wearer-new", 0]);

  // Another token is of another wearer; both are remembered.
  const other = await syncWith(stage, OLD);
  assert.deepEqual([other.report.userId, other.asked], ["wearer-old", 1]);
  assert.equal((await syncWith(stage, NEW)).report.userId, "wearer-new");
  assert.equal((await owners(stage)).length, 2);
  assert.ok(await countOf(stage.db, "daily_sleep", "wearer-old") > 0);
});

grantTest("a remembered token that Oura refuses is a dead sign-in", async (stage) => {
  await syncWith(stage, NEW);
  stage.oura.simulator.faults.add({ kind: "status", match: "usercollection", status: 401 });
  const { report } = await syncWith(stage, NEW);
  assert.deepEqual([report.exitCode, report.error?.code], [3, "OURA_TOKEN_REFUSED"]);
});

grantTest("a dry run remembers no token", async (stage) => {
  assert.equal((await syncWith(stage, NEW, true)).asked, 1);
  assert.deepEqual(await owners(stage), []);
});

grantTest("forgetting a wearer forgets the token", async (stage) => {
  const { db } = stage;
  await syncWith(stage, NEW);
  const lease = { holder: crypto.randomUUID() };
  await forgetWearer(db, {
    userId: "wearer-new",
    dataTypes: TYPES,
    lease,
    configChecksum: "",
    before: () => Promise.resolve(),
  });
  assert.deepEqual(await owners(stage), []);
  await using _leases = await acquireLeases(db, "wearer-new", [FORGET], lease);
  await rememberOwner(db, NEW, "wearer-new");
  assert.deepEqual(await owners(stage), [], "nothing is remembered while the wearer is forgotten");
});
