/** Labels in what the dashboard serves. */
import assert from "node:assert/strict";
import { setLabel } from "../../lib/db/store/wearers.ts";
import { createApp } from "../../server/http.ts";
import { forEachDatabase } from "../support/databases.ts";
import { NOW, withPageWorld } from "../support/page_world.ts";

const USERS = ["first", "second"].map((id) => ({ id, zone: "UTC" }));

forEachDatabase("a label stands for the wearer in addresses, metrics and the CSV", async (db) => {
  await withPageWorld(db, { days: 16, heartDays: 3, users: USERS }, async ({ pipeline }) => {
    await setLabel(db, "second", "P-017", new Date(NOW));
    const app = createApp({
      db,
      pipeline,
      hostname: "127.0.0.1",
      token: null,
      now: () => new Date(NOW),
    });
    const ask = async (path: string) =>
      await app.request(`http://127.0.0.1:8787${path}`, { headers: { host: "127.0.0.1:8787" } });
    const json = async (path: string) => await (await ask(path)).json();

    assert.deepEqual((await json("/api/wearers")).labels, { second: "P-017" });
    for (const name of ["second", "P-017", "p-017"]) {
      assert.equal((await json(`/api/overview?wearer=${name}`)).wearer, "second", name);
    }
    assert.equal((await ask("/api/overview?wearer=P-018")).status, 404);
    const metrics = await (await ask("/metrics")).text();
    const named = [...metrics.matchAll(/wearer="([^"]+)"/g)].map(([, name]) => name!);
    assert.deepEqual([...new Set(named)].length, 2);
    assert.ok(named.includes("P-017"));
    // Who has no label keeps the hash.
    assert.ok(named.every((name) => name === "P-017" || /^[0-9a-f]{8}$/.test(name)));

    const cohort = await json("/api/cohort");
    assert.deepEqual(
      cohort.wearers.map(({ userId, label }: { userId: string; label: string }) => [userId, label]),
      [["first", null], ["second", "P-017"]],
    );
    const csv = await ask("/api/cohort.csv");
    assert.match(csv.headers.get("content-type")!, /^text\/csv/);
    assert.match(csv.headers.get("content-disposition")!, /oura-completeness\.csv/);
    assert.match(await csv.text(), /^P-017,daily_sleep,2026-11-2\d,true,true,,\r\n/m);
  });
});
