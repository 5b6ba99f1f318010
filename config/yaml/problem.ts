import { UsageError } from "../../lib/errors.ts";

/** Keys from the top of the file down; items of a list are addressed by their number. */
export type Path = readonly string[];

/** One mistake in the configuration file. Line and column count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  /** The key the mistake belongs to; line and column are those of this key. */
  readonly path: Path;
  readonly message: string;
}

/** Where a mistake is collected: a path in the file and what is wrong there. */
export type Report = (path: Path, message: string) => void;

const SHOWN = 60;

/** The configuration file is wrong. Its message lists every mistake, one line each. */
export class ConfigError extends UsageError {
  constructor(readonly file: string, readonly problems: readonly Problem[]) {
    super("CONFIG_INVALID", problems.map((problem) => formatProblem(file, problem)).join("\n"));
  }
}

/** `config/oura.yaml:14:7 data_types.daily_sleep.columns.scor: no field "scor" …` */
export function formatProblem(file: string, problem: Problem): string {
  const place = `${file}:${problem.line}:${problem.column}`;
  const path = formatPath(problem.path);
  return path === "" ? `${place} ${problem.message}` : `${place} ${path}: ${problem.message}`;
}

/** Keys joined by dots; a key that is not a plain word is quoted, so that the line stays one line. */
export function formatPath(path: Path): string {
  return path.map((key) => /^[\w<-]{1,80}$/.test(key) ? key : quote(key)).join(".");
}

/** A word from the file in quotes, shortened: what a person typed may be long or unprintable. */
export function quote(word: unknown): string {
  const text = typeof word === "string" ? word : String(word);
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
