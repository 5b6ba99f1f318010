import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { testFiles } from "./support/test_files.ts";

const TESTS = fileURLToPath(new URL(".", import.meta.url));

Deno.test("every folder with tests belongs to one suite, and every task of all tests runs it", () => {
  const suites = [...Deno.readDirSync(`${TESTS}suites`)].map(({ name }) =>
    Deno.readTextFileSync(`${TESTS}suites/${name}`)
  );
  const rooms = suites.flatMap((text) => [...text.matchAll(/"(\w+)"/g)].map(([, room]) => room!));
  const folders = [...Deno.readDirSync(TESTS)]
    .filter(({ name, isDirectory }) => isDirectory && testFiles(name).length > 0)
    .map(({ name }) => name);
  assert.deepEqual(rooms.toSorted(), folders.toSorted());
  for (const task of ["test", "test:soak"] as const) {
    assert.match(config.tasks[task].command, / tests\/suites\/\*\.ts tests\/\*_test\.ts$/);
  }
});
