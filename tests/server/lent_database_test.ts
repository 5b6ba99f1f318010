import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseError } from "../../lib/errors.ts";
import { openPglite } from "../../lib/db/driver/pglite/open_pglite.ts";
import { createApp } from "../../server/http.ts";
import { LentDatabase } from "../../server/lent_database.ts";
import { putDatabase } from "../support/embedded_image.ts";
import { shippedPipeline } from "../support/sync_world.ts";

const options = { sanitizeOps: true, sanitizeResources: true };

Deno.test(
  "an embedded database is held while the page is in use, and no longer",
  options,
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "oura-sync-lent-" });
    await putDatabase(join(directory, "db"));
    const open = () => openPglite({ directory: join(directory, "db"), schema: "oura" });
    const lent = new LentDatabase(open, "oura", "test", 1);
    try {
      const { rows } = await lent.query("SELECT 1 AS one");
      assert.deepEqual(rows, [{ one: 1 }]);
      const sync = await patiently(open);
      const app = createApp({
        db: lent,
        pipeline: shippedPipeline(),
        hostname: "127.0.0.1",
        token: null,
      });
      const ask = () =>
        app.request("http://127.0.0.1/api/today", { headers: { host: "127.0.0.1" } });
      const refused = await ask();
      assert.equal(refused.status, 503);
      assert.equal((await refused.json()).error.code, "SYNC_RUNNING");
      await sync.close();
      // A program that another test file starts at this moment may keep the lock for an instant.
      let answered = await ask();
      for (let tries = 0; answered.status === 503 && tries < 400; tries++) {
        await answered.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 10));
        answered = await ask();
      }
      assert.equal((await answered.json()).error.code, "NO_DATA");
    } finally {
      await lent.close();
      await Deno.remove(directory, { recursive: true });
    }
  },
);

/** Opens it as soon as the page has let go of it. */
async function patiently(open: () => ReturnType<typeof openPglite>) {
  for (let tries = 0; tries < 400; tries++) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error("the page never let go of the database");
}
