import assert from "node:assert/strict";
import type { Terminal } from "../../commands/_cli/terminal.ts";
import { SILENT } from "../support/in_process.ts";
import { printTable, textTable } from "../../commands/_cli/output.ts";

/** What is written to standard output and standard error. */
function screen(outIsTerminal: boolean) {
  const written = { out: [] as string[], err: [] as string[] };
  const terminal: Terminal = {
    ...SILENT,
    out: (text) => written.out.push(text),
    err: (text) => written.err.push(text),
    outIsTerminal,
    errIsTerminal: outIsTerminal,
  };
  return { terminal, written };
}

Deno.test("a table has columns as wide as a terminal shows them", () => {
  const rows = [
    ["日本", 1],
    ["👨‍👩‍👧", 22],
    ["e\u0301te\u0301", 333],
    ["plain", 4444],
    [null, undefined],
  ];
  assert.deepEqual(textTable(["name", "rows"], rows, ["left", "right"]).split("\n"), [
    "name   rows",
    "日本      1",
    "👨‍👩‍👧       22",
    "e\u0301te\u0301     333",
    "plain  4444",
    "",
  ]);
});

Deno.test("numbers are aligned beside wide text, and no line ends in blanks", () => {
  const table = textTable(["a", "", "b"], [["x", "", ""], ["日", "", "y"]], ["right"]);
  assert.equal(table, " a    b\n x\n日    y");
});

Deno.test("a value stays in its cell, whatever it holds", () => {
  const rows = [["two\nlines\tand\u001b[31mred", { text: "\u202e" }, new Date(0)]];
  assert.deepEqual(textTable(["a", "b", "c"], rows).split("\n")[1]!.split(/ {2,}/), [
    "two\\nlines\\tand\\u001b[31mred",
    '{"text":"\\u202e"}',
    "1970-01-01T00:00:00.000Z",
  ]);
});

/** With a renderer that looks at all rows for every row this takes minutes. */
Deno.test("a program gets all rows of a long result", () => {
  const { terminal, written } = screen(false);
  const rows = Array.from({ length: 30_000 }, (_, i) => [i, "a reason", "日本", null]);
  printTable(terminal, { head: ["id", "why", "who", ""], rows, forAll: "--json" });
  assert.equal(written.out.join("\n").split("\n").length, 30_001);
  assert.deepEqual(written.err, []);
});

Deno.test("a person gets the first rows, and is told how to get the others", () => {
  const { terminal, written } = screen(true);
  const rows = Array.from({ length: 30_000 }, (_, i) => [i]);
  printTable(terminal, { head: ["id"], rows, forAll: "--format csv or --json" });
  assert.equal(written.out.join("\n").split("\n").length, 1_001);
  assert.deepEqual(written.err, [
    "… and 29 000 more: use --format csv or --json, or redirect the output.",
  ]);
});

Deno.test("a result that is short enough has no notice", () => {
  const { terminal, written } = screen(true);
  printTable(terminal, { head: ["id"], rows: [[1]], forAll: "--json" });
  assert.deepEqual(written, { out: ["id\n1"], err: [] });
});
