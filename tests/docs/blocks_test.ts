/** No example without a test: every fenced block belongs to one that runs it. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../commands/_cli/registry.ts";
import { run } from "../../commands/_cli/program.ts";
import { SILENT } from "../support/in_process.ts";
import { pages } from "../../tools/docs/pages.ts";
import { type Fence, fences } from "./markdown.ts";
import { TOURS } from "./tours/all.ts";
import { KEPT_ELSEWHERE } from "./tours/fill_ins.ts";
import { SAMPLES } from "./tours/samples.ts";
import { walk } from "./walk.ts";

const PAGES = await pages();
const COMMAND_REFERENCE = "docs/cli.md";
const LIBRARY = "docs/library.md";
/** What may lie in a working directory. */
const NOT_OURS = /^(\.git|node_modules|data|dist)\//;

/** The test that runs a block; null for a block whose mistakes no test would notice. */
function testOf({ path, language }: Fence): string | null {
  const isPage = PAGES.some((page) => page.path === path);
  const isSample = SAMPLES.some((sample) => sample.path === path && sample.language === language);
  switch (language) {
    case "sh":
      if (path === COMMAND_REFERENCE) return "tests/docs/blocks_test.ts";
      // The simulator's own page has one command, which its sample starts.
      return TOURS.some((tour) => tour.path === path) || path === "simulator/README.md"
        ? "tests/docs/tours_test.ts"
        : null;
    case "json":
    case "text":
      return isSample ? "tests/docs/tours_test.ts" : null;
    case "sql":
      return isPage ? "tests/docs/sql_test.ts" : null;
    case "yaml":
      return isPage ? "tests/docs/yaml_test.ts" : null;
    case "ts":
      return path === LIBRARY ? "tests/client/library_test.ts" : null;
    default:
      return null;
  }
}

Deno.test("every fenced block of every page is run by a test that is there", async () => {
  const counts = new Map<string, number>();
  const unrun: string[] = [];
  for await (const found of walk(".", ".md")) {
    const path = found.replace(/^\.\//, "");
    if (NOT_OURS.test(path)) continue;
    for (const block of fences(path, await Deno.readTextFile(path))) {
      const test = testOf(block);
      if (test === null) unrun.push(`${path}:${block.line} ${block.language || "(no language)"}`);
      else assert.ok((await Deno.stat(test)).isFile);
      counts.set(block.language, (counts.get(block.language) ?? 0) + 1);
    }
  }
  assert.deepEqual(unrun, []);
  assert.ok(counts.get("sh")! > 40 && counts.get("sql")! > 10, "the pages were not understood");
});

Deno.test("one block of a kind is all that a sample can hold", () => {
  for (const { path, language } of SAMPLES) {
    const page = PAGES.find((each) => each.path === path);
    if (page) {
      assert.equal(
        fences(path, page.text).filter((each) => each.language === language).length,
        1,
        path,
      );
    }
  }
});

Deno.test("tests that are relied on for what is not typed are there", async () => {
  for (const { by } of KEPT_ELSEWHERE) assert.ok((await Deno.stat(by)).isFile, by);
});

Deno.test("usage lines of the command reference are what --help says", async () => {
  const page = PAGES.find(({ path }) => path === COMMAND_REFERENCE)!;
  const usages = fences(page.path, page.text).map(({ text }) => text.trim());
  for (const usage of usages) {
    const path = usage.split(" ").slice(1).filter((word) => /^[a-z]/.test(word));
    assert.ok((await help(path)).includes(`Usage: ${usage}\n`), usage);
  }
  const named = new Set(usages.map((usage) => usage.split(" ")[1]));
  assert.deepEqual([...named], COMMANDS.map(({ name }) => name));
});

async function help(path: readonly string[]): Promise<string> {
  let text = "";
  const code = await run([...path, "--help"], {
    ...SILENT,
    out: (line) => text += `${line}\n`,
  });
  assert.equal(code, 0);
  return text;
}
