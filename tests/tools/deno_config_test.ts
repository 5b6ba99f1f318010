/** `deno.json` has what the registry of commands says, and every place names the same Deno. */
import assert from "node:assert/strict";
import { MINIMUM_DENO, requireDeno } from "../../lib/process/minimum_deno.ts";
import { patternsOf, PERMISSION_SETS } from "../../commands/_cli/permissions.ts";
import { COMMANDS } from "../../commands/_cli/registry.ts";
import { SETTING_NAMES } from "../../config/environment/settings.ts";
import { UsageError } from "../../lib/errors.ts";
import { configText, withCommands } from "../../tools/deno_config.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("deno.json has the tasks and permission sets of the commands", async () => {
  const text = await read("deno.json");
  assert.equal(text, configText(withCommands(JSON.parse(text))), "run: deno task tasks:write");
  for (const [name, { description }] of Object.entries(JSON.parse(text).tasks as object)) {
    assert.ok(description, `${name} has no description`);
  }
});

Deno.test("every setting may be read by the commands that read settings", () => {
  const { allow } = PERMISSION_SETS.configuration.env;
  assert.deepEqual(patternsOf(SETTING_NAMES).filter((name) => !allow.includes(name)), []);
  assert.deepEqual(patternsOf(["A_ONE", "A_TWO", "B_ONE"]), ["A_*", "B_ONE"]);
});

Deno.test("a command with a database may reach one", () => {
  for (const { name, database, permissions } of COMMANDS) {
    assert.equal("net" in PERMISSION_SETS[permissions] || database === "none", true, name);
  }
});

Deno.test("a Deno that is too old is refused in one sentence with the fix", () => {
  for (const old of ["1.46.3", "2.6.0", "2.9.5"]) {
    assert.throws(() => requireDeno(old), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.code, "DENO_TOO_OLD");
      assert.ok(error.message.includes(old) && error.message.includes("deno upgrade"));
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  }
  for (const young of [MINIMUM_DENO, "2.9.10", "2.10.0", "3.0.0", "2.9.6+abc"]) requireDeno(young);
});

Deno.test("README and the workflows name the oldest Deno that works", async () => {
  for (const file of ["README.md", "docs/quick-start.md", ".github/workflows/ci.yml", ".ci/run"]) {
    assert.ok((await read(file)).includes(MINIMUM_DENO), file);
  }
});
