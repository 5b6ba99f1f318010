/** The sign-in of participants by link, played at the simulator's authorize page. */
import assert from "node:assert/strict";
import type { Hono } from "hono";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import {
  createInvitation,
  findInvitation,
  openInvitations,
  secretHash,
} from "../../lib/db/store/invitations.ts";
import { readLabels, setLabel } from "../../lib/db/store/wearers.ts";
import { listGrants } from "../../lib/db/vault/grants.ts";
import { join, JOIN_POLICY, type JoinOptions } from "../../server/join/join.ts";
import { type RunningSimulator, serveSimulator } from "../../simulator/mod.ts";
import { forEachDatabase, withPglite } from "../support/databases.ts";
import { simulatedSettings } from "../support/simulated_settings.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const PUBLIC = "https://lab.example.org";
const NOW = new Date("2026-11-25T12:00:00Z");
const DAY = 86_400_000;

/** A world: Oura, the routes, a clock, and links. */
interface Scene {
  readonly oura: RunningSimulator;
  readonly db: Database;
  readonly app: Hono;
  readonly clock: { now: Date };
  /** Makes an invitation; returns the token. */
  invite(options?: { label?: string; study?: string; days?: number }): Promise<string>;
  browser(): Visitor;
}

async function onScene(
  db: Database,
  body: (scene: Scene) => Promise<void>,
  changes: Partial<JoinOptions> = {},
): Promise<void> {
  const oura = serveSimulator({ days: 3, users: 3 });
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-join-" });
  oura.simulator.oauth.apps.register({
    clientId: "sim-app",
    clientSecret: "sim-secret",
    portal: "moi",
    redirectUris: [`${PUBLIC}/join/callback`],
  });
  const clock = { now: NOW };
  try {
    const app = await join({
      db,
      settings: simulatedSettings(oura, directory),
      publicUrl: PUBLIC,
      types: shippedPipeline(db.schema).types,
      now: () => clock.now,
      ...changes,
    });
    await body({
      oura,
      db,
      app,
      clock,
      async invite({ label, study, days = 7 } = {}) {
        const bytes = crypto.getRandomValues(new Uint8Array(32));
        const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
        await createInvitation(db, {
          tokenHash: await secretHash(token),
          label: label ?? null,
          study: study ?? null,
          expiresAt: new Date(clock.now.getTime() + days * DAY),
          now: clock.now,
        });
        return token;
      },
      browser: () => new Visitor(app),
    });
  } finally {
    await oura.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** A browser with a cookie jar. */
class Visitor {
  cookie = "";
  constructor(private readonly app: Hono) {}

  async ask(path: string, init: RequestInit = {}, env: object = {}) {
    const headers = new Headers(init.headers);
    if (this.cookie !== "") headers.set("cookie", this.cookie);
    const response = await this.app.request(`${PUBLIC}${path}`, { ...init, headers }, env);
    const set = response.headers.get("set-cookie");
    if (set !== null) this.cookie = set.split(";")[0]!;
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Opens the link and consents; returns Oura's address. */
  async leave(token: string): Promise<string> {
    const { text } = await this.ask(`/join/${token}`);
    const left = await this.post(token, /name="proof" value="(\w+)"/.exec(text)?.[1] ?? "");
    assert.equal(left.status, 200, left.text);
    const url = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(left.text)?.[1];
    assert.ok(url, left.text);
    return url.replaceAll("&amp;", "&");
  }

  post(token: string, proof: string, headers: Record<string, string> = {}) {
    return this.ask(`/join/${token}`, {
      method: "POST",
      body: new URLSearchParams({ proof }),
      headers,
    });
  }

  /** Goes to Oura as a wearer; returns where Oura sends the browser. */
  async consent(url: string, user: string, more: Record<string, string> = {}): Promise<string> {
    const asked = new URL(url);
    for (const [name, value] of Object.entries({ user, ...more })) {
      asked.searchParams.set(name, value);
    }
    const response = await fetch(asked, { redirect: "manual" });
    await response.body?.cancel();
    const target = new URL(response.headers.get("location")!);
    assert.equal(target.origin, PUBLIC);
    return target.pathname + target.search;
  }

  /** All of it. */
  async joinAs(token: string, user: string, more: Record<string, string> = {}) {
    return await this.ask(await this.consent(await this.leave(token), user, more));
  }
}

const idOf = ({ oura }: Scene, i: number) => oura.world.wearers[i]!.id;

function joinTest(name: string, body: (scene: Scene) => Promise<void>, changes = {}): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: () => withPglite("oura", (db) => onScene(db, body, changes), { migrated: true }),
  });
}

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
  assert.deepEqual(await listGrants(scene.db), []);
});

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
  withPglite("oura", async (db) => {
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
      // While the first one waits for Oura's token, nobody else may start.
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

joinTest("behind a proxy, one participant's flood keeps no other out", async (scene) => {
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
