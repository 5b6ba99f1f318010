import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { SOAK } from "../support/soak.ts";

const MODEL = fileURLToPath(new URL("../../docs/model/refresh.pml", import.meta.url));

/** Tries every order of steps of two processes. */
async function check(options: readonly string[]): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-model-" });
  try {
    await run(directory, "spin", [...options, "-DN=2", "-a", MODEL]);
    await run(directory, "cc", ["-O1", "-DSAFETY", "-o", "pan", "pan.c"]);
    return await run(directory, `${directory}/pan`, ["-m400000", "-E"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function run(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd })
    .output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, said);
  return said;
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    const command = new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    });
    await command.output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The model changes with the protocol and not with every push; to check it takes a minute. */
if (SOAK) {
  if (await isInstalled("spin") && await isInstalled("cc")) {
    Deno.test("in no order of steps does the model of a refresh lose a pair", async () => {
      const said = await check([]);
      assert.match(said, /errors: 0\n/);
      assert.doesNotMatch(said, /out of memory|max search depth too small/);
    });

    Deno.test("the model finds the pair that one file for all processes loses", async () => {
      assert.match(await check(["-DONE_NAME"]), /assertion violated[^]*errors: 1\n/);
    });
  } else {
    Deno.stderr.writeSync(
      new TextEncoder().encode("docs/model/refresh.pml was not checked: spin or cc is missing\n"),
    );
  }
}
