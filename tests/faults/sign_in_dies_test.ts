/** The wearer removes the app in the middle of a sync. */
import assert from "node:assert/strict";
import { shippedPipeline, syncWearer } from "../support/sync_world.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { RequestLimit } from "../../lib/oura/http/request_limit.ts";
import { onScene } from "../sign_in/support.ts";
import { forEachWay } from "./support/pooled.ts";
import { assertHonest, outcomeOf } from "./support/outcome.ts";

forEachWay(
  "a sign-in that dies in mid-run: exit 3 at once, no storm of requests, and what came stays",
  (db) =>
    onScene(db, async (scene) => {
      const userId = await scene.signIn();
      const { oura } = scene;
      const pipeline = shippedPipeline(db.schema, 2);
      const now = new Date(oura.world.now);
      let answered = 0;
      const client = async () =>
        new OuraHttp({
          tokens: await scene.keeper(userId),
          baseUrl: oura.url,
          backoffMs: 1,
          limit: new RequestLimit(4),
          fetch: (input, init) => {
            if (oura.stats.requests > 10) oura.simulator.oauth.grants.revokeAll(userId);
            else answered++;
            return fetch(input, init);
          },
        });
      oura.stats.reset();
      const report = await syncWearer(oura, db, userId, { pipeline, now, http: await client() });
      assert.equal(report.exitCode, 3, report.error?.code ?? "no error");
      assert.equal(report.error!.name, "SignInError");
      // At most the four windows that were in flight learn it from Oura, each once.
      const refused = report.traffic.requests - answered;
      assert.ok(refused > 0 && refused < 8, `${refused} requests were refused`);
      assert.ok(oura.stats.refreshes <= 1, "a dead refresh token is tried once");
      await assertHonest(db, oura.world, userId, "after the sign-in died");
      const { ledger } = await outcomeOf(db);
      assert.ok(ledger.some((day) => day.endsWith(" done")), "what came before stays");
      const done = report.types.filter(({ state }) => state === "done");
      assert.ok(done.length > 0 && done.length < report.types.length);
      for (const { windows } of done) assert.equal(windows.done, windows.total);
    }),
);
