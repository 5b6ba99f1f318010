import assert from "node:assert/strict";
import { EXIT } from "../../lib/errors.ts";
import { ENDED_BY } from "../../lib/process/interruption.ts";
import { raisedCodes } from "./error_codes.ts";

const PAGE = await Deno.readTextFile("docs/troubleshooting.md");

/** Codes in the first cells of the tables. */
const listed = [...PAGE.matchAll(/^\| (`.*?`) +\|/gm)]
  .flatMap(([, cell]) => [...cell!.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code!));

Deno.test("every error code of the program is explained, once", async () => {
  const raised = new Set((await raisedCodes()).keys());
  assert.ok(raised.size > 100, "the source was not understood");
  assert.deepEqual([...raised.difference(new Set(listed))], [], "not explained");
  assert.deepEqual(listed.filter((code, i) => listed.indexOf(code) !== i), [], "twice");
});

Deno.test("no error code is explained that the program does not have", async () => {
  const raised = new Set((await raisedCodes()).keys());
  assert.deepEqual(listed.filter((code) => !raised.has(code)), []);
});

Deno.test("README.md lists every exit code", async () => {
  const readme = await Deno.readTextFile("README.md");
  const codes = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, [...Object.values(EXIT), ...Object.values(ENDED_BY)]);
});
