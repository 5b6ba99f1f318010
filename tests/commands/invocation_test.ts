import assert from "node:assert/strict";
import {
  asTypedHere,
  invocation,
  isOfNpx,
  qualifyCommands,
} from "../../commands/_cli/command_names.ts";
import { describe, failureDocument } from "../../commands/_cli/failure.ts";
import { UsageError } from "../../lib/errors.ts";
import { asTyped, command, NAMED_COMMANDS } from "../../lib/program_command.ts";
import { refusal } from "../docs/command_lines.ts";
import { sources } from "../support/sources.ts";

const program = invocation();

Deno.test("a message names commands as they are typed here", () => {
  const text = `Run ${command("auth login")}, then ${command("sync --types sleep")}.`;
  assert.equal(asTyped(text, "ring"), "Run `ring auth login`, then `ring sync --types sleep`.");
  assert.equal(
    qualifyCommands(text),
    `Run \`${program} auth login\`, then \`${program} sync --types sleep\`.`,
  );
  assert.equal(asTypedHere("plan"), `\`${program} plan\``);
});

Deno.test("what is no command stays as it is", () => {
  for (const text of ["`schema.sql`", "`sync`", "`oura-sync`", "oura-sync: gone", "`UPDATE`"]) {
    assert.equal(qualifyCommands(text), text);
  }
});

Deno.test("a failure shows the same commands to people and in JSON", () => {
  const error = new UsageError("NOT_A_QUERY", "wrong", { hint: `Run ${command("doctor")}.` });
  const shown = `Run \`${program} doctor\`.`;
  assert.ok(describe(error).endsWith(`\n  ${shown}`));
  assert.equal(failureDocument(error, 2).error.hint, shown);
});

Deno.test("the program takes every command that a message names", async () => {
  const lines = new Set<string>(NAMED_COMMANDS);
  for (const { text } of await sources()) {
    for (const [, line] of text.matchAll(/\b(?:command|asTypedHere)\(["`]([a-z][^"`]*)["`]\)/g)) {
      lines.add(line!.replaceAll(/\$\{[^}]*\}/g, "x"));
    }
  }
  assert.ok(lines.size > NAMED_COMMANDS.length, "no line with options was found");
  for (const line of lines) assert.equal(await refusal(line.split(" "), true), null, line);
});

Deno.test("no hint names a command in its own words", async () => {
  const names = [...new Set(NAMED_COMMANDS.map((line) => line.split(" ")[0]))].join("|");
  const own = new RegExp(
    `\\b(?:[Rr]un|[Uu]se) (?:\\\\?\`)?(?:oura-sync )?(?:${names})(?=[ \`\\\\])`,
  );
  const code = (await sources()).filter(({ path }) =>
    /^(commands|lib|pipelines|server)\//.test(path) && !/error_codes\/|registry/.test(path)
  );
  const found = code.flatMap(
    ({ path, text }) =>
      text.split("\n").filter((line) => own.test(line) && !/^\s*(\*|\/\*\*|\/\/)/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
  );
  assert.deepEqual(found, []);
});

Deno.test("a Deno that npx has fetched is known by its place", () => {
  assert.ok(isOfNpx("/home/me/.npm/_npx/7a40be787520bede/node_modules/deno/deno"));
  assert.ok(
    isOfNpx("C:\\Users\\me\\AppData\\Local\\npm-cache\\_npx\\7a\\node_modules\\deno\\deno.exe"),
  );
  assert.ok(!isOfNpx("/usr/lib/node_modules/deno/deno"));
  assert.ok(!isOfNpx("/home/me_npx/.deno/bin/deno"));
});
