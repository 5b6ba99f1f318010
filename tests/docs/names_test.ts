import assert from "node:assert/strict";
import { COMMANDS } from "../../commands/_cli/registry.ts";
import { SETTING_NAMES } from "../../config/environment/settings.ts";
import { pages } from "../../tools/docs/pages.ts";
import { allOptions, refusal, wordsOf } from "./command_lines.ts";
import { raisedCodes } from "./error_codes.ts";
import { codeSpans, fences } from "./markdown.ts";
import { walk } from "./walk.ts";
import DENO_JSON from "../../deno.json" with { type: "json" };

const PAGES = await pages();
const TASKS: readonly string[] = Object.keys(DENO_JSON.tasks);
const NAMES: readonly string[] = COMMANDS.map(({ name }) => name);
/** Variables, and error codes that look like them. */
const KNOWN = new Set([...SETTING_NAMES, ...(await raisedCodes()).keys()]);
/** Where variables of their own are allowed: workflows and compose files. */
const DEPLOYED = (await Array.fromAsync(deployed())).join("\n");
/** Spans that are command lines of other programs. */
const FOREIGN =
  /^(docker|gh|git|npm|journalctl|systemctl|launchctl|schtasks|psql|tailscale|deno (?!task))/;
/** Of Deno and Docker, in prose. */
const FOREIGN_OPTION = /^--(allow|deny|include|target|env-file|v8|read-only)/;

Deno.test("every command is a task of deno.json too", () => {
  assert.deepEqual(NAMES.filter((name) => !TASKS.includes(name)), []);
});

for (const { path, text } of PAGES) {
  Deno.test(`commands and options in ${path} are the program's`, async () => {
    const mistakes: string[] = [];
    for (const fence of fences(path, text)) {
      for (const line of fence.text.replaceAll(/\\\n/g, " ").split("\n")) {
        if (/\[\w+\]/.test(line)) continue; // a usage line, written from the definitions
        mistakes.push(...await mistakesIn(line, false));
      }
    }
    const options = await allOptions();
    for (const span of codeSpans(text)) {
      mistakes.push(...await mistakesIn(span.replaceAll(/[[\]]/g, ""), true));
      if (FOREIGN.test(span)) continue;
      for (const [option] of span.matchAll(/(?<![\w-])--[a-z][a-z0-9-]+/g)) {
        if (options.has(option) || FOREIGN_OPTION.test(option)) continue;
        mistakes.push(`${span}: no command has ${option}`);
      }
    }
    assert.deepEqual(mistakes, []);
  });

  Deno.test(`environment variables in ${path} are the program's`, () => {
    const ours = /(?<!\w)(?:OURA|DB|LOG|SYNC|HEALTHCHECK|DATABASE)_[A-Z_]+(?![\w.])/g;
    const spans = [...codeSpans(text), ...fences(path, text).map((fence) => fence.text)];
    const named = new Set(spans.flatMap((span) => span.match(ours) ?? []));
    const unknown = [...named].filter((name) => !KNOWN.has(name) && !DEPLOYED.includes(name));
    assert.deepEqual(unknown, []);
  });

  Deno.test(`files named in ${path} exist`, async () => {
    for (const span of codeSpans(text)) {
      if (!/^[\w.-]+(\/[\w.-]+)+\.(ts|sql|yaml|json|svg|md)$/.test(span)) continue;
      assert.ok(await Deno.stat(span).catch(() => null), `${path} names ${span}`);
    }
  });

  Deno.test(`TypeScript in ${path} is run by a test`, () => {
    // tests/client/library_test.ts runs that page's examples.
    const examples = fences(path, text).filter(({ language }) =>
      /^(ts|typescript)$/.test(language)
    );
    assert.ok(examples.length === 0 || path === "docs/library.md");
  });
}

/** What is wrong with the command line in a line of shell or a code span, if it has one. */
async function mistakesIn(text: string, partly: boolean): Promise<string[]> {
  const words = wordsOf(text);
  const name = words?.[0];
  if (!words || name === undefined || /^(NAME|…|<.*)$/.test(name)) return [];
  if (NAMES.includes(name) || name.startsWith("-")) {
    const why = await refusal(words, partly);
    return why === null ? [] : [`${text}: ${why}`];
  }
  const isTask = text.includes("task ") && TASKS.includes(name);
  return isTask ? [] : [`${text}: no command or task ${name}`];
}

async function* deployed(): AsyncGenerator<string> {
  for (const room of [".github/workflows", "deploy"]) {
    for await (const path of walk(room, "")) yield await Deno.readTextFile(path);
  }
}
