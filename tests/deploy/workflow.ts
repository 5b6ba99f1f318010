/** Workflows as their runner reads them. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { QUICK_WASM } from "../support/quick_wasm.ts";
import { type Outcome, PROJECT } from "./support.ts";

const step = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
});

const workflow = z.looseObject({
  name: z.string(),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.looseObject({ steps: z.array(step).optional(), "timeout-minutes": z.number().optional() }),
  ),
});

/** A workflow's parsed YAML. */
export type Workflow = z.output<typeof workflow>;

/** All workflows by file name, with their text. */
export async function workflows(): Promise<{ file: string; text: string; parsed: Workflow }[]> {
  const directory = new URL(".github/workflows/", PROJECT);
  const files = await Array.fromAsync(Deno.readDir(directory));
  return await Promise.all(files.map(async ({ name }) => {
    const text = await Deno.readTextFile(new URL(name, directory));
    return { file: name, text, parsed: workflow.parse(parse(text)) };
  }));
}

/** The script of a step. */
export async function scriptOf(file: string, job: string, id: string): Promise<string> {
  const { parsed } = (await workflows()).find((each) => each.file === file)!;
  const run = parsed.jobs[job]?.steps?.find((each) => each.id === id || each.name === id)?.run;
  assert.ok(run, `${file} has a step ${job}.${id}`);
  return run;
}

/** Runs a script as GitHub's runner does. */
export async function runScript(
  script: string,
  cwd: string | URL,
  env: Record<string, string>,
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
    cwd,
    env: { NO_COLOR: "1", ...QUICK_WASM, ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
