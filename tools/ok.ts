/**
 * Everything a change must pass, in one command:
 *
 *     deno task ok [--without-tests] [openapi-1.41.json]
 *
 * With Oura's OpenAPI export, the catalog and the simulator are held against it, too. All steps run,
 * also after one has failed. The last line says how many passed and failed; exit code 1 when any has.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Step = readonly [name: string, args: readonly string[]];

/** The steps in the order in which a mistake is cheapest to find. */
function stepsOf(spec: string | undefined, withTests: boolean): Step[] {
  return [
    ["format", ["fmt", "--check", "--quiet"]],
    ["lint", ["lint", "--quiet"]],
    ["types", ["task", "--quiet", "check"]],
    ["lock file", ["check", "--frozen", "--quiet", "main.ts", "mod.ts", "commands"]],
    ["examples in the docs", ["check", "--quiet", "--doc-only", "README.md", "docs"]],
    ...(spec === undefined ? [] : [
      ["contract with Oura's OpenAPI export", ["task", "--quiet", "contract", spec]],
      [
        "the simulator's documents and the export",
        ["run", "--allow-read", "tools/contract/simulator.ts", spec],
      ],
    ] as const),
    ...(withTests ? [["tests", ["task", "--quiet", "test"]] as const] : []),
  ];
}

async function passes([name, args]: Step): Promise<boolean> {
  await print(`== ${name}\n`);
  const { success } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd: ROOT })
    .spawn().status;
  if (!success) await print(`FAILED: ${name}\n`);
  return success;
}

async function print(text: string): Promise<void> {
  await new Response(text).body!.pipeTo(Deno.stdout.writable, { preventClose: true });
}

if (import.meta.main) {
  const { values, positionals: [spec] } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: { "without-tests": { type: "boolean" } },
  });
  let failed = 0;
  const steps = stepsOf(spec, !values["without-tests"]);
  for (const step of steps) if (!await passes(step)) failed++;
  await print(`${steps.length - failed} passed, ${failed} failed\n`);
  Deno.exitCode = failed === 0 ? 0 : 1;
}
