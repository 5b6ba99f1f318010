import assert from "node:assert/strict";
import { type Source, sources } from "./support/sources.ts";

const THIS_FILE = "tests/style_test.ts";
const FILES = (await sources()).filter(({ path }) => path !== THIS_FILE);
const inTests = ({ path }: Source) => path.startsWith("tests/") || path.startsWith("bench/");
const house = FILES.filter((file) => !inTests(file));

/** `path:line` of every line that matches. */
function linesThat(files: readonly Source[], matches: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, i) =>
      matches.test(line) ? [`${path}:${i + 1} ${line.trim()}`] : []
    )
  );
}

Deno.test("no file is left for later", () => {
  assert.deepEqual(linesThat(FILES, /\b(TODO|FIXME|XXX|HACK)\b/), []);
});

Deno.test("no rule is switched off", () => {
  assert.deepEqual(
    linesThat(FILES, /@ts-(ignore|expect-error|nocheck)|[/*] ?deno-(lint|fmt)-ignore/),
    [],
  );
  assert.deepEqual(linesThat(FILES, /(:|\bas|<|\|) ?any\b(?! [a-z])/), []);
});

Deno.test("no identifier is quoted by hand", () => {
  assert.deepEqual(linesThat(house, /\boura\.(\\?")?\$\{(?!(q|quoteIdentifier)\()/), []);
});

Deno.test("no test is skipped, and none runs alone", () => {
  assert.deepEqual(
    linesThat(FILES.filter(inTests), /\bDeno\.test\.(ignore|only)\b|\bonly: true/),
    [],
  );
});

Deno.test("no file outside the tests has more than 300 lines", () => {
  const long = house.filter(({ text }) => text.split("\n").length > 301).map(({ path }) => path);
  assert.deepEqual(long, []);
});

Deno.test("every export has a docstring", () => {
  const EXPORT =
    /^export (?:default )?(?:async )?(?:abstract )?(?:function\*?|const|class|interface|type) \w/;
  const bare = house.flatMap(({ path, text }) => {
    const lines = text.split("\n");
    return lines.flatMap((line, i) =>
      EXPORT.test(line) && !lines[i - 1]?.trimEnd().endsWith("*/")
        ? [`${path}:${i + 1} ${line}`]
        : []
    );
  });
  assert.deepEqual(bare, []);
});
