import assert from "node:assert/strict";
import { inspect } from "node:util";
import { readGrant } from "../../lib/db/vault/grants.ts";
import { configureLogging } from "../../lib/log/log.ts";
import { signIn } from "../../lib/auth/sign_in.ts";
import { signOut } from "../../lib/auth/sign_out.ts";
import { withHostileServer } from "../oauth/hostile_answers.ts";
import { APPS, pointAt, redirected, type Scene, sceneTest, visit } from "./support.ts";

/** Every text that must never be seen, as it comes by. */
class Secrets {
  readonly values = new Set<string>([APPS.moi.clientSecret]);

  async addTokensOf({ vault }: Scene, userId: string): Promise<void> {
    const grant = await readGrant(vault, userId);
    if (grant) this.values.add(grant.accessToken).add(grant.refreshToken);
  }
}

sceneTest(
  "no secret reaches a log at trace level, nor an error in all its depth",
  async (scene) => {
    const { vault } = scene;
    const seen: string[] = [];
    await configureLogging({ level: "trace", format: "json", write: (text) => seen.push(text) });
    const secrets = new Secrets();
    const noteErrors = async (body: () => Promise<unknown>) => {
      await assert.rejects(body, (error) => {
        seen.push(inspect(error, { depth: 12, showHidden: true }));
        return true;
      });
    };
    const obtainRedirect = async (authorization: Parameters<typeof visit>[0]) => {
      const parameters = await visit(authorization);
      secrets.values.add(parameters.get("code")!).add(authorization.codeVerifier);
      return redirected(parameters, scene.pages);
    };

    await noteErrors(() =>
      signIn(scene.options({ obtainRedirect, app: { ...APPS.moi, clientSecret: "wrong-secret" } }))
    );
    secrets.values.add("wrong-secret");
    const { userId } = await signIn(scene.options({ obtainRedirect }));
    await secrets.addTokensOf(scene, userId);

    await scene.expire(userId);
    await (await scene.keeper(userId)).accessToken();
    await secrets.addTokensOf(scene, userId);

    await scene.expire(userId);
    const sent = [APPS.moi.clientSecret, (await readGrant(vault, userId))!.refreshToken];
    const echo = {
      name: "an error that repeats the request",
      kind: "unknown",
      respond: () => Response.json({ error_description: sent.join(" ") }, { status: 500 }),
    } as const;
    await withHostileServer(echo, async (url) => {
      const { tokenUrl } = (await readGrant(vault, userId))!;
      await pointAt(vault, userId, { tokenUrl: url });
      const keeper = await scene.keeper(userId, { endpoints: [url] });
      await noteErrors(() => keeper.accessToken());
      await pointAt(vault, userId, { tokenUrl });
    });

    const recovery = await scene.recoveryOf(userId);
    const nowhere = "http://127.0.0.1:2/oauth/revoke";
    await pointAt(vault, userId, { portal: "legacy", revokeUrl: nowhere });
    const endpoints = [nowhere];
    await noteErrors(() => signOut({ vault, recovery, app: APPS.moi, endpoints }, userId));

    scene.oura.simulator.oauth.grants.revokeAll(userId);
    const keeper = await scene.keeper(userId);
    await noteErrors(() => keeper.accessToken());

    const everything = seen.join("\n");
    assert.match(everything, /Refresh: /, "the log was on");
    for (const secret of secrets.values) {
      assert.ok(!everything.includes(secret), `a secret was shown in:\n${everything}`);
    }
    assert.ok(secrets.values.size >= 8, `only ${secrets.values.size} secrets were looked for`);
  },
);
