/**
 * The single binary, as far as it can be made without Deno's base runtime: with another program in
 * its place, everything is resolved and embedded, only the result does not start.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import {
  ALL_PERMISSIONS,
  PERMISSION_SETS,
  type PermissionSet,
} from "../../commands/_cli/permissions.ts";
import { compileArguments, TARGETS } from "../../tools/compile/arguments.ts";
import { ROOTS } from "../../tools/program_modules.ts";
import { moduleGraph } from "./module_graph.ts";
import { BASE_RUNTIME, inEmptyDirectory, PROJECT, runDeno } from "./support.ts";

const options = { sanitizeOps: true, sanitizeResources: true };

Deno.test(
  "everything the program is made of can be compiled, from an empty directory",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const args = compileArguments({ output: `${directory}/oura-sync` });
      const main = fileURLToPath(new URL("main.ts", PROJECT));
      const config = fileURLToPath(new URL("deno.json", PROJECT));
      const [compile, ...rest] = args.slice(0, -1)
        .map((arg) => arg.startsWith("commands/") ? fileURLToPath(new URL(arg, PROJECT)) : arg);
      const { code, err } = await runDeno(
        [compile!, "--config", config, ...rest, main],
        directory,
        { DENORT_BIN: BASE_RUNTIME },
      );
      assert.equal(code, 0, err);
      const binary = Buffer.from(await Deno.readFile(`${directory}/oura-sync`));
      const embedded = binary.subarray((await Deno.stat(BASE_RUNTIME)).size);
      assert.ok(embedded.length > 10_000_000, `PGlite is in it: ${embedded.length} bytes`);
      assert.ok(embedded.length < 70_000_000, `nothing else is large: ${embedded.length} bytes`);
      const { all } = await moduleGraph(...ROOTS);
      const folders = Object.groupBy(all, (path) => path.slice(0, path.lastIndexOf("/")));
      for (const [file = ""] of Object.values(folders).filter((files) => files !== undefined)) {
        if (/^(npm|node):/.test(file)) continue;
        assert.ok(embedded.includes(basename(file)), `${file} is not in the binary`);
      }
    }),
);

Deno.test(
  "deno task compile makes the commit, and refuses unknown targets",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const tool = ["run", "--quiet", "-A", new URL("tools/compile/mod.ts", PROJECT).href];
      const output = ["--output", `${directory}/made`];
      const env = { DENORT_BIN: BASE_RUNTIME };
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
