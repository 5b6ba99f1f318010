/**
 * Makes the single binary: `deno task compile [--target T] [--output F]`.
 *
 * What is compiled is the commit, not the working directory: it is exported to a directory of its
 * own, where the version gets the commit's id. Nothing that lies about can get into the binary, and
 * `--version` tells what is in it. Everything the program reads of itself (SQL, pages, the YAML it
 * ships, PGlite's WebAssembly) is in the module graph of `main.ts` and of the files of the commands,
 * which are included by name.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { compileArguments, TARGETS } from "./arguments.ts";

/** A mistake that the caller must fix, shown without a stack. */
class Refusal extends Error {}

function refuse(message: string): never {
  throw new Refusal(message);
}

async function run(program: string, args: readonly string[], cwd: string | URL): Promise<void> {
  const { code } = await new Deno.Command(program, { args: [...args], cwd }).spawn().status;
  if (code !== 0) refuse(`${program} ${args[0]} ended with ${code}`);
}

async function headOf(project: URL): Promise<string> {
  const { code, stdout } = await new Deno.Command("git", {
    args: ["rev-parse", "--short=12", "HEAD"],
    cwd: project,
  }).output();
  if (code !== 0) refuse("the project is no git checkout, so there is no commit to compile");
  return new TextDecoder().decode(stdout).trim();
}

/** Exports the commit and writes its id into the version, as build metadata (semver 2, part 10). */
async function exportCommit(project: URL, commit: string, directory: string): Promise<void> {
  await run(
    "git",
    ["archive", "--format=tar", `--output=${directory}/commit.tar`, commit],
    project,
  );
  await run("tar", ["-xf", "commit.tar"], directory);
  const file = `${directory}/deno.json`;
  const config = JSON.parse(await Deno.readTextFile(file)) as { version: string };
  config.version = `${config.version}+${commit}`;
  await Deno.writeTextFile(file, JSON.stringify(config));
}

async function compile(): Promise<void> {
  const { target, output = "dist/oura-sync" } = parseArgs({
    args: Deno.args,
    options: { target: { type: "string" }, output: { type: "string", short: "o" } },
  }).values;
  if (target !== undefined && !TARGETS.includes(target)) {
    refuse(`--target ${target} must be one of ${TARGETS.join(", ")}`);
  }
  const project = new URL("../..", import.meta.url);
  const directory = await Deno.makeTempDir();
  try {
    await exportCommit(project, await headOf(project), directory);
    await run(Deno.execPath(), compileArguments({ target, output: resolve(output) }), directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

try {
  await compile();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  await Deno.stderr.write(new TextEncoder().encode(`compile: ${error.message}\n`));
  Deno.exitCode = 2;
}
