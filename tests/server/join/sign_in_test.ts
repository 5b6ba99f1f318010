/** The sign-in of participants by link, played at the simulator's authorize page. */
import assert from "node:assert/strict";
import { findInvitation, openInvitations, secretHash } from "../../../lib/db/store/invitations.ts";
import { readLabels, setLabel } from "../../../lib/db/store/wearers.ts";
import { listGrants } from "../../../lib/db/vault/grants.ts";
import { CATALOG } from "../../../lib/oura/catalog/index.ts";
import { forEachDatabase } from "../../support/databases.ts";
import { DAY, idOf, joinTest, NOW, onScene, PUBLIC } from "./support.ts";

forEachDatabase("a participant joins: grant, label, used link", async (db) => {
  await onScene(db, async (scene) => {
    const token = await scene.invite({ label: "P-017", study: "Sleep & <Work> Study" });
    const browser = scene.browser();
    const consent = await browser.ask(`/join/${token}`);
    assert.equal(consent.status, 200);
    assert.match(consent.text, /Sleep &amp; &lt;Work&gt; Study/);
    assert.match(consent.text, /heart rate by day and night/);
    assert.match(consent.text, /How to withdraw/);
    const thanks = await browser.joinAs(token, idOf(scene, 0));
    assert.equal(thanks.status, 200, thanks.text);
    assert.match(thanks.text, /<h1>Thank you<\/h1>/);
    assert.doesNotMatch(thanks.text, /Not shared/);
    const [grant] = await listGrants(db);
    assert.equal(grant?.userId, idOf(scene, 0));
    assert.equal(grant?.state, "active");
    assert.equal((await readLabels(db)).get(idOf(scene, 0)), "P-017");
    const used = await findInvitation(db, await secretHash(token));
    assert.deepEqual(used?.usedAt, NOW);
    for (const other of [browser, scene.browser()]) {
      const again = await other.ask(`/join/${token}`);
      assert.equal(again.status, 410);
      assert.match(again.text, /already been used/);
    }
  });
});

joinTest("only what the configuration needs is asked for, and no e-mail address", async (scene) => {
  const url = new URL(await scene.browser().leave(await scene.invite()));
  const scopes = url.searchParams.get("scope")!.split(" ");
  assert.ok(scopes.includes("extapi:heartrate"));
  assert.ok(!scopes.includes("extapi:email"));
  const needed = new Set(CATALOG.flatMap(({ scope }) => scope === null ? [] : [scope]));
  assert.ok(scopes.every((scope) => needed.has(scope.replace("extapi:", ""))));
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
  assert.equal(url.searchParams.get("redirect_uri"), `${PUBLIC}/join/callback`);
});

joinTest("who denies can open the link again", async (scene) => {
  const token = await scene.invite();
  const browser = scene.browser();
  const back = await browser.consent(await browser.leave(token), idOf(scene, 0), {
    approve: "deny",
  });
  const denied = await browser.ask(back);
  assert.match(denied.text, /did not share/);
  assert.equal((await browser.ask(back)).status, 400, "its state counts once");
  assert.deepEqual(await listGrants(scene.db), []);
  assert.equal((await browser.joinAs(token, idOf(scene, 0))).status, 200);
});

joinTest("deselected scopes are named on the last page", async (scene) => {
  const thanks = await scene.browser().joinAs(await scene.invite(), idOf(scene, 0), {
    untick: "heartrate,tag",
  });
  assert.match(thanks.text, /Not shared[^]*heart rate by day and night[^]*tags and the notes/);
  const [grant] = await listGrants(scene.db);
  assert.ok(!grant!.scopes!.includes("heartrate"));
});

joinTest(
  "who signed in before is invited again under the same label, and keeps the data",
  async (scene) => {
    const { db } = scene;
    const user = idOf(scene, 0);
    await scene.browser().joinAs(await scene.invite({ label: "P-1" }), user);
    await db.query("UPDATE oura.oauth_tokens SET state = 'needs_login' WHERE user_id = $1", [user]);
    await db.query("INSERT INTO oura.personal_info (user_id, id) VALUES ($1, 'x')", [user]);
    scene.clock.now = new Date(NOW.getTime() + DAY);
    const thanks = await scene.browser().joinAs(await scene.invite({ label: "p-1" }), user);
    assert.equal(thanks.status, 200, thanks.text);
    const [grant, ...others] = await listGrants(db);
    assert.deepEqual(others, []);
    assert.equal(grant!.state, "active");
    assert.deepEqual(grant!.obtainedAt, scene.clock.now);
    assert.equal((await db.query("SELECT 1 FROM oura.personal_info")).rows.length, 1);
  },
);

joinTest(
  "another account than the label's is turned away, and the link stays open",
  async (scene) => {
    const { db } = scene;
    await scene.browser().joinAs(await scene.invite({ label: "P-1" }), idOf(scene, 0));
    const again = await scene.invite({ label: "P-1" });
    const refused = await scene.browser().joinAs(again, idOf(scene, 1));
    assert.equal(refused.status, 409);
    assert.match(refused.text, /another Oura account/);
    // And who has a label already takes no other one.
    const second = await scene.invite({ label: "P-2" });
    assert.equal((await scene.browser().joinAs(second, idOf(scene, 0))).status, 409);
    assert.deepEqual([...await readLabels(db)], [[idOf(scene, 0), "P-1"]]);
    assert.deepEqual((await listGrants(db)).map(({ userId }) => userId), [idOf(scene, 0)]);
    assert.equal((await openInvitations(db, NOW)).length, 2);
    assert.equal((await scene.browser().joinAs(again, idOf(scene, 0))).status, 200);
  },
);

joinTest("a label that was given away meanwhile is not given twice", async (scene) => {
  const { db } = scene;
  const token = await scene.invite({ label: "P-9" });
  await scene.browser().joinAs(await scene.invite(), idOf(scene, 1));
  await setLabel(db, idOf(scene, 1), "p-9", NOW);
  assert.equal((await scene.browser().joinAs(token, idOf(scene, 0))).status, 409);
});
