/** Which browser may begin a sign-in by link, and which one finishes it. */
import assert from "node:assert/strict";
import { readLabels } from "../../../lib/db/store/wearers.ts";
import { listGrants } from "../../../lib/db/vault/grants.ts";
import { withPostgres } from "../../support/server_database.ts";
import { idOf, joinTest, NOW, onScene } from "./support.ts";

joinTest(
  "a form that this browser was not shown, or of another site, starts nothing",
  async (scene) => {
    const token = await scene.invite();
    const browser = scene.browser();
    const { text } = await browser.ask(`/join/${token}`);
    const proof = /name="proof" value="(\w+)"/.exec(text)![1]!;
    const stranger = scene.browser();
    assert.equal((await stranger.post(token, proof)).status, 403);
    await stranger.ask(`/join/${token}`);
    assert.equal((await stranger.post(token, proof)).status, 403);
    assert.equal((await browser.post(token, "")).status, 403);
    for (
      const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]
    ) {
      assert.equal((await browser.post(token, proof, headers)).status, 403);
    }
    assert.equal((await browser.post(token, proof, { origin: "null" })).status, 200);
  },
);

joinTest("a redirect counts once, and only in the browser that started it", async (scene) => {
  const token = await scene.invite();
  const browser = scene.browser();
  const back = await browser.consent(await browser.leave(token), idOf(scene, 0));
  const stranger = scene.browser();
  assert.equal((await stranger.ask(back)).status, 400, "without a cookie");
  await stranger.ask(`/join/${token}`);
  assert.equal((await stranger.ask(back)).status, 400, "with another cookie");
  const wrong = back.replace(/state=[^&]+/, "state=forged");
  assert.equal((await browser.ask(wrong)).status, 400);
  assert.deepEqual(await listGrants(scene.db), []);
  assert.equal((await browser.ask(back)).status, 200);
  assert.equal((await browser.ask(back)).status, 400, "a replay");
});

joinTest("a later attempt replaces an earlier one", async (scene) => {
  const token = await scene.invite();
  const [first, second] = [scene.browser(), scene.browser()];
  const early = await first.consent(await first.leave(token), idOf(scene, 0));
  const late = await second.consent(await second.leave(token), idOf(scene, 1));
  assert.equal((await first.ask(early)).status, 400);
  assert.equal((await second.ask(late)).status, 200);
  assert.deepEqual((await listGrants(scene.db)).map(({ userId }) => userId), [idOf(scene, 1)]);
});

Deno.test("of two people who finish at once with one link, one signs in", () =>
  withPostgres("oura", async (db) => {
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let held = false;
    const request = {
      fetch: async (...[input, init]: Parameters<typeof fetch>) => {
        if (!held && String(input).includes("oauth-token")) {
          held = true;
          arrived.resolve();
          await goOn.promise;
        }
        return await fetch(input, init);
      },
    };
    await onScene(db, async (scene) => {
      const token = await scene.invite({ label: "P-1" });
      const [first, second] = [scene.browser(), scene.browser()];
      const early = await first.consent(await first.leave(token), idOf(scene, 0));
      const finishing = first.ask(early);
      await arrived.promise;
      // While the first one waits for Oura's token, no other attempt may start.
      const { text } = await second.ask(`/join/${token}`);
      const proof = /name="proof" value="(\w+)"/.exec(text)![1]!;
      const busy = await second.post(token, proof);
      assert.equal(busy.status, 409);
      // The claim lapses if the first one takes too long; then the second one may win, and only it.
      scene.clock.now = new Date(NOW.getTime() + 200_000);
      const won = await second.joinAs(token, idOf(scene, 1));
      assert.equal(won.status, 200, won.text);
      goOn.resolve();
      const lost = await finishing;
      assert.equal(lost.status, 410, lost.text);
      assert.deepEqual((await listGrants(db)).map(({ userId }) => userId), [idOf(scene, 1)]);
      assert.deepEqual([...await readLabels(db)], [[idOf(scene, 1), "P-1"]]);
    }, { request });
  }, { migrated: true }));

joinTest("the database holds no token, state, cookie or verifier in plain text", async (scene) => {
  const token = await scene.invite();
  const browser = scene.browser();
  const url = new URL(await browser.leave(token));
  const { rows } = await scene.db.query("SELECT i::text AS row FROM oura.invitations i");
  const text = JSON.stringify(rows);
  const secrets = [token, url.searchParams.get("state")!, browser.cookie.split("=")[1]!];
  for (const secret of secrets) assert.ok(!text.includes(secret));
  const { rows: [sealed] } = await scene.db.query<{ verifier: Uint8Array }>(
    "SELECT verifier FROM oura.invitations",
  );
  // A verifier is 43 letters; sealed it has a nonce and a tag too.
  assert.equal(sealed!.verifier.length, 12 + 43 + 16);
});
