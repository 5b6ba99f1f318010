/** Mistakes in `oura.yaml`, each with the very line a person reads. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../../config/pipeline.ts";
import { formatProblem } from "../../../config/yaml/problem.ts";

/** The file that the messages name. */
export const FILE = "config/oura.yaml";

/** All that is said of a text, in order. */
export function said(text: string): string[] {
  return (parsePipeline(text, FILE).problems ?? []).map((problem) => formatProblem(FILE, problem));
}

/** A text and what is said of it. */
export interface Mistake {
  readonly name: string;
  readonly yaml: string;
  /** `line:column`, the path, and how the message begins or what it must contain. */
  readonly expected: readonly string[];
}

/** A file with one data type, whose lines start at line 3. */
export const type = (...lines: string[]) =>
  ["version: 1", "data_types:", ...lines.map((line) => `  ${line}`)].join("\n");

/** A file with columns of daily_sleep, which start at line 5, column 7. */
export const columns = (...lines: string[]) =>
  type("daily_sleep:", "  columns:", ...lines.map((line) => `    ${line}`));

/** The longest name that PostgreSQL keeps. */
export const NAME_63 = "a".repeat(63);

/** Registers a test for each mistake. */
export function testMistakes(mistakes: readonly Mistake[]): void {
  for (const { name, yaml, expected } of mistakes) {
    Deno.test(`parsePipeline() names the mistake: ${name}`, () => {
      const lines = said(yaml);
      assert.equal(lines.length, expected.length, lines.join("\n"));
      for (const [index, line] of lines.entries()) {
        const wanted = `${FILE}:${expected[index]}`;
        assert.ok(line.startsWith(wanted), `${line}\n  does not start with\n${wanted}`);
      }
    });
  }
}
