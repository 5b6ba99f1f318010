import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { Run } from "../support/run.ts";
import { CLIENT_SECRET, installBrowser, shownPage, stageTest, storedTokens } from "./stage.ts";

stageTest(
  "auth login opens the browser, catches the redirect and shows what it granted",
  async (stage) => {
    stage.oura.simulator.oauth.plan = { untick: ["spo2"] };
    await installBrowser(stage);
    const login = await stage.run(["auth", "login"]);
    assert.equal(login.exitCode, 0, login.err);
    const wearer = stage.oura.world.wearers[0]!.id;
    assert.match(login.out, new RegExp(`Signed in as wearer ${wearer} \\(portal moi\\)`));
    assert.match(login.out, /Granted: .*daily/);
    assert.match(login.out, /Skipped, scope not granted: daily_spo2\n/);
    assert.match(await shownPage(stage), /You are signed in/);
    const key = parseEnv(await Deno.readTextFile(`${stage.at.directory}/.env`)).OURA_TOKEN_KEY!;
    assert.equal((await Deno.stat(`${stage.at.directory}/.env`)).mode! & 0o777, 0o600);

    const status = await stage.run(["auth", "status", "--json"]);
    assert.equal(status.exitCode, 0, status.err);
    const [shown] = JSON.parse(status.out);
    assert.deepEqual([shown.userId, shown.state, shown.portal, shown.dataTypesSkipped], [
      wearer,
      "active",
      "moi",
      ["daily_spo2"],
    ]);

    const { accessToken, refreshToken } = await storedTokens(stage, key, wearer);
    const logout = await stage.run(["auth", "logout", "--user-id", wearer]);
    assert.equal(logout.exitCode, 0, logout.err);
    assert.equal((await stage.run(["auth", "status"])).exitCode, 3);

    const said = [login, status, logout].map(({ out, err }) => out + err).join("\n");
    for (const secret of [accessToken, refreshToken, key, CLIENT_SECRET]) {
      assert.ok(!said.includes(secret), "no secret in any output, at trace level");
    }
    assert.doesNotMatch(said, /[?&]code=/);
  },
);

stageTest("auth login --no-browser takes the pasted address or the bare code", async (stage) => {
  const pastes = [
    (address: URL) => address.href,
    (address: URL) => `${address.searchParams.get("code")}&session_state=1`,
  ];
  for (const paste of pastes) {
    const login = stage.start(["auth", "login", "--no-browser", "--json"]);
    const [url] = await login.says(/http:\S+oauth-authorize\S+/);
    const visited = await fetch(url, { redirect: "manual" });
    await visited.body?.cancel();
    const ended = await login.end(`${paste(new URL(visited.headers.get("location")!))}\n`);
    assert.equal(ended.exitCode, 0, ended.err);
    assert.equal(JSON.parse(ended.out).userId, stage.oura.world.wearers[0]!.id);
  }
});

stageTest("auth login without a browser takes what comes first", async (stage) => {
  const wearer = stage.oura.world.wearers[0]!.id;
  const piped = stage.start(["auth", "login", "--json"]);
  const [url] = await piped.says(/http:\S+oauth-authorize\S+/);
  const visited = await fetch(url, { redirect: "manual" });
  await visited.body?.cancel();
  const pasted = await piped.end(`${visited.headers.get("location")}\n`);
  assert.equal(pasted.exitCode, 0, pasted.err);
  assert.equal(JSON.parse(pasted.out).userId, wearer);

  const waiting = stage.start(["auth", "login", "--json"]);
  const [page] = await waiting.says(/http:\S+oauth-authorize\S+/);
  // Nothing is piped in, and standard input stays open.
  assert.match(await (await fetch(page)).text(), /You are signed in/);
  const caught = await waiting.end();
  assert.equal(caught.exitCode, 0, caught.err);
  assert.equal(JSON.parse(caught.out).userId, wearer);
});

stageTest("auth login says what is missing, and exits with 2", async (stage) => {
  const fails = async (args: readonly string[], code: RegExp, env = {}) => {
    const ended = await new Run({ ...stage.at, env: { ...stage.at.env, ...env } }, args).end();
    assert.deepEqual([ended.exitCode, ended.out], [2, ""], ended.err);
    assert.match(ended.err, code);
  };
  await fails(["auth", "login", "--no-browser"], /SIGN_IN_PASTE/);
  await fails(["auth", "login"], /SIGN_IN_NO_BROWSER/);
  await fails(["auth", "login"], /OURA_CLIENT_ID and OURA_CLIENT_SECRET not set/, {
    OURA_CLIENT_ID: "",
    OURA_CLIENT_SECRET: "",
  });
  await fails(["auth", "login"], /register exactly this redirect URI there: http:\S+\/other/, {
    OURA_REDIRECT_URI: `http://localhost:${stage.port}/other`,
  });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: stage.port });
  await fails(["auth", "login"], /SIGN_IN_PORT_IN_USE/);
  listener.close();
});

stageTest("auth login makes no second key while tokens are stored under another", async (stage) => {
  await installBrowser(stage);
  assert.equal((await stage.run(["auth", "login"])).exitCode, 0);
  await Deno.remove(`${stage.at.directory}/.env`);
  const again = await stage.run(["auth", "login"]);
  assert.equal(again.exitCode, 2);
  assert.match(again.err, /TOKEN_KEY_MISSING/);
});

stageTest(
  "auth rotate-key moves the tokens from the previous key to the new one",
  async (stage) => {
    await installBrowser(stage);
    assert.equal((await stage.run(["auth", "login"])).exitCode, 0);
    const envFile = `${stage.at.directory}/.env`;
    const old = parseEnv(await Deno.readTextFile(envFile)).OURA_TOKEN_KEY!;
    const unready = await stage.run(["auth", "rotate-key"]);
    assert.equal(unready.exitCode, 2);
    assert.match(unready.err, /OURA_TOKEN_KEY_PREVIOUS/);

    const fresh = crypto.getRandomValues(new Uint8Array(32)).toBase64();
    await Deno.writeTextFile(envFile, `OURA_TOKEN_KEY=${fresh}\nOURA_TOKEN_KEY_PREVIOUS=${old}\n`);
    const rotated = await stage.run(["auth", "rotate-key", "--json"]);
    assert.equal(rotated.exitCode, 0, rotated.err);
    assert.deepEqual(JSON.parse(rotated.out), { moved: 1 });
    assert.ok(await storedTokens(stage, fresh, stage.oura.world.wearers[0]!.id));
    for (const secret of [old, fresh]) assert.ok(!(rotated.err + unready.err).includes(secret));

    await Deno.writeTextFile(envFile, `OURA_TOKEN_KEY=${old}\n`);
    const wrong = await stage.run(["auth", "logout"]);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.err, /encrypted with key [0-9a-f]{16}, but the key at hand is [0-9a-f]{16}/);
  },
);

stageTest(
  "a dead grant ends sync at once with exit 3 and the sentence a person needs",
  async (stage) => {
    await installBrowser(stage);
    assert.equal((await stage.run(["auth", "login"])).exitCode, 0);
    const wearer = stage.oura.world.wearers[0]!.id;
    stage.oura.simulator.oauth.grants.expireAccessTokens(wearer);
    stage.oura.simulator.oauth.grants.revokeAll(wearer);
    stage.oura.stats.reset();
    for (const run of ["first", "second"]) {
      const sync = await stage.run(["sync", "--all"]);
      assert.equal(sync.exitCode, 3, `${run}: ${sync.err}`);
      assert.match(sync.err, /The sign-in of wearer \S+ has ended/);
      assert.match(sync.err, /auth login/);
      assert.equal(stage.oura.stats.byPath["/oauth/v2/ext/oauth-token"], 1, run);
    }
  },
);
