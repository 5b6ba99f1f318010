/** Checks the models of docs/model with Spin, where it is installed. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isInstalled } from "./installed.ts";

/**
 * Tries every order of steps of a model.
 * @param model A file in docs/model.
 * @param options Of `spin`, such as `-DN=2`.
 * @returns What the checker says.
 */
export async function checkModel(model: string, options: readonly string[]): Promise<string> {
  const file = fileURLToPath(new URL(`../../docs/model/${model}`, import.meta.url));
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-model-" });
  try {
    await run(directory, "spin", [...options, "-a", file]);
    await run(directory, "cc", ["-O1", "-DSAFETY", "-o", "pan", "pan.c"]);
    return await run(directory, `${directory}/pan`, ["-m400000", "-E"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Whether models can be checked here; if not, says which are left out. */
export async function canCheckModels(model: string): Promise<boolean> {
  if (await isInstalled("spin") && await isInstalled("cc")) return true;
  Deno.stderr.writeSync(
    new TextEncoder().encode(`docs/model/${model} was not checked: spin or cc is missing\n`),
  );
  return false;
}

async function run(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd })
    .output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, said);
  return said;
}
