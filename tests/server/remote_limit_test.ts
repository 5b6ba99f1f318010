import assert from "node:assert/strict";
import { RemoteLimit } from "../../server/remote_limit.ts";

Deno.test("a limit of each remote remembers no more than it may", () => {
  const limit = new RemoteLimit(1, 0.001);
  for (let i = 0; i < 10_001; i++) limit.count(`remote-${i}`, 0);
  assert.equal(limit.waitSeconds("remote-0", 0), 0);
  assert.equal(limit.waitSeconds("remote-10000", 0), 1000);
});
