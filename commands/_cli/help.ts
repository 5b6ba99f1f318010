/**
 * The help of the program itself. Commander does not write it, because loading commander takes longer
 * than everything else that `--help` needs.
 */
import { COMMANDS } from "./registry.ts";

/** One line about the program. */
export const SUMMARY =
  "Oura Ring data in your own PostgreSQL, exactly as declared in one YAML file.";

const OPTIONS = [
  { name: "-V, --version", summary: "print the version" },
  { name: "-h, --help", summary: "show help" },
];

/** All commands with a line each; no line is longer than 80 characters. */
export function programHelp(): string {
  const width = Math.max(...[...OPTIONS, ...COMMANDS].map(({ name }) => name.length));
  const lines = (entries: readonly { name: string; summary: string }[]) =>
    entries.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: oura-sync [options] [command]",
    "",
    SUMMARY,
    "",
    "Options:",
    ...lines(OPTIONS),
    "",
    "Commands:",
    ...lines(COMMANDS),
  ].join("\n");
}

/** Whether the program's own help is asked for, and not that of a command. */
export function asksForHelp([first]: readonly string[]): boolean {
  return first === undefined || first === "--help" || first === "-h";
}

/** Whether the version is asked for. */
export function asksForVersion([first]: readonly string[]): boolean {
  return first === "--version" || first === "-V";
}
