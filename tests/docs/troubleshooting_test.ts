import assert from "node:assert/strict";
import { ERROR_CODES } from "../../lib/error_codes/codes.ts";
import { EXIT } from "../../lib/errors.ts";
import { ENDED_BY } from "../../lib/process/interruption.ts";
import { raisedCodes } from "./error_codes.ts";

const PAGE = await Deno.readTextFile("docs/troubleshooting.md");

Deno.test("every error code has one cause and one fix on the troubleshooting page", () => {
  const listed = [...PAGE.matchAll(/^\| `([A-Z][A-Z0-9_]*)` \|/gm)].map(([, code]) => code!);
  assert.deepEqual(listed.toSorted(), Object.keys(ERROR_CODES).toSorted());
});

Deno.test("the program can raise every error code", async () => {
  const raised = await raisedCodes();
  assert.deepEqual(Object.keys(ERROR_CODES).filter((code) => !raised.has(code)), []);
});

Deno.test("README.md lists every exit code", async () => {
  const readme = await Deno.readTextFile("README.md");
  const codes = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, [...Object.values(EXIT), ...Object.values(ENDED_BY)]);
});
