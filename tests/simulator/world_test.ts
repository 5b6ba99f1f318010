import assert from "node:assert/strict";
import { changes, createWorld, truth, TYPE_NAMES } from "../../simulator/mod.ts";
import { bodies, changesOver, worldOf } from "./support.ts";

const NOW = "2026-10-15T12:00:00Z";

Deno.test("the same seed makes the same lives, another one others", () => {
  const of = (seed: number) => {
    const world = createWorld({ seed, users: 2, days: 30, now: NOW });
    return world.wearers.map(({ id }) =>
      TYPE_NAMES.map((type) => [
        ...truth(world, { user: id, type, from: "2026-10-01", to: "2026-10-16" }),
      ])
    );
  };
  assert.deepEqual(of(3), of(3));
  assert.notDeepEqual(of(3), of(4));
});

Deno.test("worlds of one seed do not see each other's cached days", () => {
  const keys = [worldOf(), worldOf({}, 30), worldOf({ zone: "UTC" })].map(({ wearers }) =>
    wearers[0]!.cacheKey
  );
  assert.equal(new Set(keys).size, 3);
  const rowsOf = (zone: string) =>
    bodies(worldOf({ zone }), "heart_rate", "2026-09-01", "2026-09-01");
  assert.notDeepEqual(rowsOf("UTC"), rowsOf("Asia/Tokyo"));
});

Deno.test("a clock that is set back gives the documents of that time", () => {
  const world = worldOf();
  const before = bodies(world, "daily_activity");
  world.advance("P3D");
  assert.notDeepEqual(bodies(world, "daily_activity"), before);
  world.setNow(NOW);
  assert.deepEqual(bodies(world, "daily_activity"), before);
});

Deno.test("every type has documents, with unique keys", () => {
  const world = createWorld({ seed: 7, users: 6, days: 200, now: NOW });
  for (const { id: user } of world.wearers) {
    for (const type of TYPE_NAMES) {
      const from = type === "heart_rate" ? "2026-10-01" : "2000-01-01";
      const keys = [...truth(world, { user, type, from, to: "2030-01-01" })].map(({ key }) => key);
      assert.equal(new Set(keys).size, keys.length, `${user} ${type}`);
      assert.ok(keys.length > 0, `${user} ${type}`);
    }
  }
});

Deno.test("a month brings what is new, revises what was there, and takes some away", () => {
  const sleep = changesOver(worldOf(), "sleep", "P30D");
  assert.ok(sleep.created.length > 25 && sleep.revised.length > 0);
  let vanished = 0;
  let revised = 0;
  const world = worldOf();
  for (let day = 0; day < 60; day++) {
    const since = world.now;
    vanished += changesOver(world, "sleep", "P1D").disappeared.length;
    // Older days never change, as the next test shows.
    const [from, to] = [20, 2].map((days) => new Date(since - days * 86_400_000))
      .map((at) => at.toISOString().slice(0, 10)) as [string, string];
    const ended = { user: "wearer-1", type: "daily_activity", from, to } as const;
    revised += changes(world, ended, since).revised.length;
  }
  assert.ok(vanished > 0, "naps vanish and edits change ids");
  assert.ok(revised > 3, "steps are revised after the day");
});

Deno.test("documents older than twelve days never change", () => {
  const world = worldOf();
  for (const type of TYPE_NAMES) {
    if (type === "rest_mode_period") continue;
    const query = { user: "wearer-1", type, from: "2026-07-01", to: "2026-10-03", at: world.now };
    const later = { ...query, at: world.now + 90 * 86_400_000 };
    assert.deepEqual(changes(world, later, world.now), {
      created: [],
      revised: [],
      disappeared: [],
    }, type);
  }
});
