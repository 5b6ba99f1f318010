import assert from "node:assert/strict";
import { pauseAskedFor, waitAskedFor } from "../../../lib/oura/http/retry_after.ts";

const NOW = Date.UTC(2026, 4, 1, 12);
const utc = (ms: number) => new Date(ms).toUTCString();
const seconds = (ms: number) => String(Math.floor(ms / 1000));

Deno.test("waitAskedFor() reads every way a 429 names its wait", () => {
  const cases: [string, Record<string, string>, number][] = [
    ["seconds", { "retry-after": "30" }, 30_000],
    ["a date", { "retry-after": utc(NOW + 90_000) }, 90_000],
    ["a reset time", { "x-ratelimit-reset": seconds(NOW + 45_000) }, 45_000],
    ["both: Retry-After counts", {
      "retry-after": "10",
      "x-ratelimit-reset": seconds(NOW + 999_000),
    }, 10_000],
    ["seconds with a fraction", { "retry-after": "2.5" }, 2_500],
    ["blanks around it", { "retry-after": " 30 " }, 30_000],
    ["a reset time with a fraction", {
      "x-ratelimit-reset": String(NOW / 1_000 + 45.5),
    }, 45_500],
    ["nothing", {}, 5_000],
    ["nonsense", { "retry-after": "soon", "x-ratelimit-reset": "never" }, 5_000],
    ["nonsense beside a reset time", {
      "retry-after": "soon",
      "x-ratelimit-reset": seconds(NOW + 45_000),
    }, 45_000],
    ["zero", { "retry-after": "0" }, 1_000],
    ["a date gone by", { "retry-after": utc(NOW - 90_000) }, 1_000],
    ["a reset time gone by", { "x-ratelimit-reset": seconds(NOW - 1_000) }, 1_000],
  ];
  for (const [name, headers, wait] of cases) {
    assert.equal(waitAskedFor(new Headers(headers), NOW), wait, name);
  }
});

Deno.test("waitAskedFor() judges times by the answer's own clock", () => {
  const wrongLocal = NOW + 3_600_000;
  const headers = new Headers({ date: utc(NOW), "retry-after": utc(NOW + 60_000) });
  assert.equal(waitAskedFor(headers, wrongLocal), 60_000);
});

Deno.test("waitAskedFor() takes hostile values for silence, and waits a day at most", () => {
  for (
    const hostile of ["inf", "Infinity", "-Infinity", "NaN", "1e400", "1e3", "-5", "0x10", "1,5"]
  ) {
    for (const name of ["retry-after", "x-ratelimit-reset"]) {
      assert.equal(
        waitAskedFor(new Headers({ [name]: hostile }), NOW),
        5_000,
        `${name} ${hostile}`,
      );
    }
  }
  for (const huge of ["9".repeat(400), "9" + "0".repeat(20), "86401"]) {
    for (const name of ["retry-after", "x-ratelimit-reset"]) {
      const wait = waitAskedFor(new Headers({ [name]: huge }), 0);
      assert.ok(wait <= 86_400_000 && wait > 0, `${name} ${huge}`);
    }
  }
  assert.equal(pauseAskedFor(new Headers({ "retry-after": utc(NOW + 1e12) }), NOW), 86_400_000);
});

Deno.test("pauseAskedFor() knows only what Retry-After names", () => {
  assert.equal(pauseAskedFor(new Headers({ "retry-after": "0.5" }), NOW), 1_000);
  assert.equal(pauseAskedFor(new Headers({ "retry-after": "7.5" }), NOW), 7_500);
  for (const headers of [{}, { "retry-after": "1e400" }, { "x-ratelimit-reset": "99999999999" }]) {
    assert.equal(pauseAskedFor(new Headers(headers), NOW), null);
  }
});
