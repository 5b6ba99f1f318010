import assert from "node:assert/strict";
import { sleep } from "../../lib/process/sleep.ts";

Deno.test("sleep() ends at once when it is aborted, and leaves no timer", {
  sanitizeOps: true,
  sanitizeResources: true,
}, async () => {
  const reason = new Error("enough");
  await assert.rejects(sleep(60_000, AbortSignal.abort(reason)), reason);
  const controller = new AbortController();
  const sleeping = sleep(60_000, controller.signal);
  controller.abort(reason);
  await assert.rejects(sleeping, reason);
  await sleep(0, new AbortController().signal);
});
