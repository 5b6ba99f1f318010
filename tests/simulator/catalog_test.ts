import assert from "node:assert/strict";
import { DATA_TYPES } from "../../lib/oura/catalog/index.ts";
import { ROUTES } from "../../simulator/api/routes.ts";
import { createWorld, truth, TYPE_NAMES } from "../../simulator/mod.ts";

Deno.test("the simulator has the catalog's types, on the same routes, with the same windows", () => {
  assert.deepEqual([...TYPE_NAMES].sort(), Object.keys(DATA_TYPES).sort());
  for (const route of ROUTES) {
    const { endpoint, window, singleDocument } = DATA_TYPES[route.type];
    assert.equal(endpoint, `/v2/usercollection/${route.path}`);
    assert.equal(window, route.family, route.path);
    assert.equal(singleDocument, route.single, route.path);
  }
});

Deno.test("every simulated document is one the catalog takes", () => {
  const world = createWorld({ seed: 5, users: 6, days: 300, now: "2026-10-15T02:10:00Z" });
  for (const { id: user } of world.wearers) {
    for (const type of TYPE_NAMES) {
      const from = type === "heart_rate" ? "2026-10-08" : "2000-01-01";
      for (const { body } of truth(world, { user, type, from, to: "2030-01-01" })) {
        const { error } = DATA_TYPES[type].document.safeParse(body);
        assert.equal(error, undefined, `${type}: ${error?.message}`);
      }
    }
  }
});
