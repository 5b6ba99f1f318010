/** The pages of sign-in links: what they say and send with it, and how often they are shown. */
import assert from "node:assert/strict";
import { openInvitations, revokeInvitation } from "../../../lib/db/store/invitations.ts";
import { listGrants } from "../../../lib/db/vault/grants.ts";
import { JOIN_POLICY } from "../../../server/join/join.ts";
import { DAY, idOf, joinTest, NOW } from "./support.ts";

joinTest("every answer has the policy, is not stored and sends no referrer", async (scene) => {
  const token = await scene.invite();
  const browser = scene.browser();
  const answers = [
    await browser.ask(`/join/${token}`),
    await browser.ask("/join/callback?code=x&state=y"),
    await browser.ask("/join/nothing"),
    await browser.post(token, "wrong"),
  ];
  for (const { headers, text } of answers) {
    assert.equal(headers.get("content-security-policy"), JOIN_POLICY);
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.doesNotMatch(text, /<script|<style| style=| on\w+=/);
    assert.ok(!text.includes(token), "a page repeats no token");
  }
  const set = answers[0]!.headers.get("set-cookie")!;
  for (const part of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/join"]) {
    assert.ok(set.includes(part), part);
  }
});

joinTest("unknown, expired and revoked links say so", async (scene) => {
  const browser = scene.browser();
  assert.equal((await browser.ask(`/join/${"A".repeat(43)}`)).status, 404);
  assert.equal((await browser.ask("/join/short")).status, 404);
  const token = await scene.invite({ days: 1 });
  const url = await browser.leave(token);
  scene.clock.now = new Date(NOW.getTime() + DAY + 1);
  assert.match((await browser.ask(`/join/${token}`)).text, /has expired/);
  const late = await browser.ask(await browser.consent(url, idOf(scene, 0)));
  assert.equal(late.status, 400);

  const revoked = await scene.invite();
  const begun = await browser.leave(revoked);
  const [open] = await openInvitations(scene.db, scene.clock.now);
  await revokeInvitation(scene.db, open!.id);
  assert.match((await browser.ask(`/join/${revoked}`)).text, /not valid/);
  const after = await browser.ask(await browser.consent(begun, idOf(scene, 0)));
  assert.equal(after.status, 400);
  assert.deepEqual(await listGrants(scene.db), []);
});

joinTest("a failure at Oura's side tells the participant nothing of ours", async (scene) => {
  const browser = scene.browser();
  const token = await scene.invite();
  const back = await browser.consent(await browser.leave(token), idOf(scene, 0));
  const burnt = back.replace(/code=[^&]+/, "code=burnt");
  const late = await browser.ask(burnt);
  assert.match(late.text, /took too long/);
  assert.doesNotMatch(late.text, /OURA_|auth login|token/);
  assert.equal((await browser.joinAs(token, idOf(scene, 0))).status, 200);
});

joinTest("behind a proxy, a flood from one participant does not keep others out", async (scene) => {
  const ask = async (forwarded: string) =>
    (await scene.browser().ask("/join/nothing", { headers: { "x-forwarded-for": forwarded } }, {
      remoteAddr: { hostname: "127.0.0.1" },
    })).status;
  assert.equal(await ask("198.51.100.1"), 404);
  assert.equal(await ask("198.51.100.1"), 429);
  assert.equal(await ask("198.51.100.2"), 404);
}, { mostPerMinute: 1 });

joinTest("one address cannot flood the pages", async (scene) => {
  const env = (hostname: string) => ({ remoteAddr: { hostname } });
  const browser = scene.browser();
  for (let i = 0; i < 5; i++) {
    assert.equal((await browser.ask("/join/nothing", {}, env("10.0.0.1"))).status, 404);
  }
  const flood = await browser.ask("/join/nothing", {}, env("10.0.0.1"));
  assert.equal(flood.status, 429);
  assert.ok(Number(flood.headers.get("retry-after")) > 0);
  assert.equal((await browser.ask("/join/nothing", {}, env("10.0.0.2"))).status, 404);
  scene.clock.now = new Date(NOW.getTime() + 60_001);
  assert.equal((await browser.ask("/join/nothing", {}, env("10.0.0.1"))).status, 404);
}, { mostPerMinute: 5 });
