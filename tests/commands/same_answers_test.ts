/** `status` and `gaps` say what the page says: they read the same models. */
import assert from "node:assert/strict";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { utcDay } from "../../lib/values/days.ts";
import { createApp } from "../../server/http.ts";
import { shippedPipeline } from "../support/sync_world.ts";
import { readyDeskTest } from "./support.ts";

interface Type {
  readonly dataType: string;
  readonly rows: number | null;
}

readyDeskTest("status, gaps and the page give the same answers", async (desk) => {
  const env = {
    DATABASE_URL: desk.databaseUrl,
    OURA_API_URL: desk.oura.url,
    OURA_ACCESS_TOKEN: desk.token,
  };
  assert.equal((await desk.run(["sync"], env)).exitCode, 0);
  desk.oura.simulator.faults.add({ kind: "status", match: "/workout", status: 400 });
  assert.equal((await desk.run(["sync"], env)).exitCode, 4);
  const db = await openPostgres({ kind: "url", url: desk.databaseUrl }, { schema: "oura" });
  try {
    const { rows: [lost] } = await db.query<{ day: string }>(
      "DELETE FROM oura.daily_sleep WHERE day = (SELECT max(day) - 5 FROM oura.daily_sleep) RETURNING day",
    );
    const today = utcDay(new Date(desk.oura.world.now));
    const from = utcDay(new Date(desk.oura.world.now - 20 * 86_400_000));
    const { wearers: [status] } = JSON.parse((await desk.run(["status", "--json"], env)).out);
    const span = ["--from", from, "--to", today];
    const { gaps } = JSON.parse((await desk.run(["gaps", "--json", ...span], env)).out);
    const app = createApp({ db, pipeline: shippedPipeline(), hostname: "127.0.0.1", token: null });
    const response = await app.request(`http://127.0.0.1/api/data?from=${from}&to=${today}`, {
      headers: { host: "127.0.0.1" },
    });
    const page = await response.json();

    const { lastRun: _, userId: __, label: ___, types, ...wearer } = status;
    for (const [name, value] of Object.entries(wearer)) {
      assert.deepEqual(page.freshness[name], value, name);
    }
    assert.equal(wearer.verdict, "failing");
    const uncounted = types.map((type: Type) => ({ ...type, rows: null }));
    assert.deepEqual(page.freshness.types, uncounted);
    assert.deepEqual(page.completeness.gaps, gaps);
    assert.ok(
      gaps.some(({ code, from }: { code: string; from: string }) =>
        code === "ROWS_MISSING" && from <= lost!.day
      ),
      "both report rows that are gone",
    );
  } finally {
    await db.close();
  }
});
