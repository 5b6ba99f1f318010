/**
 * The single binary, as far as it can be made without Deno's base runtime: with Deno itself in its
 * place, everything is resolved and embedded, only the result does not start.
 */
import assert from "node:assert/strict";
import {
  ALL_PERMISSIONS,
  PERMISSION_SETS,
  type PermissionSet,
} from "../../commands/_cli/permissions.ts";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { compileArguments, TARGETS } from "../../tools/compile/arguments.ts";
import { inEmptyDirectory, PROJECT, runDeno } from "./support.ts";

const options = { sanitizeOps: true, sanitizeResources: true };

Deno.test(
  "everything the program is made of can be compiled, from an empty directory",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const args = compileArguments({ output: `${directory}/oura-sync` });
      const main = fileURLToPath(new URL("main.ts", PROJECT));
      const config = fileURLToPath(new URL("deno.json", PROJECT));
      const [compile, ...rest] = args.slice(0, -1);
      const { code, err } = await runDeno(
        [compile!, "--config", config, ...rest, main],
        directory,
        { DENORT_BIN: execPath },
      );
      assert.equal(code, 0, err);
      const size = (await Deno.stat(`${directory}/oura-sync`)).size;
      const embedded = size - (await Deno.stat(execPath)).size;
      assert.ok(embedded > 10_000_000, `PGlite is in it: ${embedded} bytes`);
      assert.ok(embedded < 70_000_000, `and nothing else that is large: ${embedded} bytes`);
    }),
);

Deno.test(
  "deno task compile makes the commit, and refuses unknown targets",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const tool = ["run", "--quiet", "-A", new URL("tools/compile.ts", PROJECT).href];
      const output = ["--output", `${directory}/made`];
      const env = { DENORT_BIN: execPath };
      const made = await runDeno([...tool, ...output], PROJECT, env);
      assert.equal(made.code, 0, made.err);
      assert.ok((await Deno.stat(`${directory}/made`)).isFile);
      const wrong = await runDeno([...tool, ...output, "--target", "pdp11"], PROJECT, env);
      assert.equal(wrong.code, 2);
      assert.ok(TARGETS.every((target) => wrong.err.includes(target)), wrong.err);
    }),
);

Deno.test("the binary may do what every command may", options, () => {
  for (const [name, set] of Object.entries<PermissionSet>(PERMISSION_SETS)) {
    for (const [right, asked] of Object.entries(set)) {
      const given = ALL_PERMISSIONS[right as keyof PermissionSet];
      if (given === true) continue;
      const list = (value: unknown) =>
        Array.isArray(value) ? value : (value as { allow: string[] } | undefined)?.allow ?? [];
      assert.deepEqual(list(asked).filter((each) => !list(given).includes(each)), [], name);
      assert.notEqual(asked, true, `${name}: ${right}`);
    }
  }
});

Deno.test(
  "a finished program passes the smoke test, from an empty directory",
  options,
  async () => {
    const smoke = new URL("tools/smoke.ts", PROJECT).href;
    const program = [execPath, "run", "--no-check", "-A", new URL("main.ts", PROJECT).href];
    const { code, out, err } = await runDeno(["run", "-A", smoke, ...program], PROJECT);
    assert.equal(code, 0, err);
    assert.match(out, /^ok demo --days 7/m);
    const broken = await runDeno(["run", "-A", smoke, execPath], PROJECT);
    assert.equal(broken.code, 1);
  },
);
