import { createHash } from "node:crypto";
import { messageOf, UsageError } from "../lib/errors.ts";
import { compileTypes } from "./data_types.ts";
import { type Declaration, grammar } from "./yaml/grammar.ts";
import { parsePartially } from "./yaml/grammar_problems.ts";
import { compileWebhooks } from "./webhooks.ts";
import type { Contract, Pipeline, Retention } from "./model.ts";
import { schemaNameProblem } from "./names.ts";
import { ConfigError, formatPath, type Path, type Problem, type Report } from "./yaml/problem.ts";
import { LARGEST_FILE, readYaml, tooLarge, type YamlSource } from "./yaml/yaml_source.ts";
import { command } from "../lib/program_command.ts";

const DEFAULT_SCHEMA = "oura";
const DEFAULT_CONTRACT: Contract = { newFields: "warn", badRows: "quarantine", maxRejects: 0.01 };
const DEFAULT_RETENTION: Retention = { runsDays: 400, revisionsDays: null, eventsDays: 30 };
const MOST_PROBLEMS = 100;
/** Lets the rest be judged where the version is missing or wrong. */
const STAND_INS = { version: 1 };

/** Either the configuration or everything that is wrong with it, in the order of the file. */
export type Parsed =
  | { readonly pipeline: Pipeline; readonly problems?: never }
  | { readonly pipeline?: never; readonly problems: readonly Problem[] };

/**
 * Reads and validates the configuration file. Connects to nothing.
 * @param file Path as the user gave it; messages repeat it.
 * @throws {ConfigError} naming every mistake with line, column and suggestion.
 */
export async function loadPipeline(file: string): Promise<Pipeline> {
  const parsed = parsePipeline(await readText(file), file);
  if (parsed.problems) throw new ConfigError(file, parsed.problems);
  return parsed.pipeline;
}

/** Validates the text of a configuration file. Never throws, whatever the text. */
export function parsePipeline(text: string, file: string): Parsed {
  const source = readYaml(text);
  const problems: Problem[] = [...source.problems];
  const report: Report = (path, message) => {
    problems.push({ ...source.place(path), path, message });
  };
  const value = rootMapping(source, report);
  const grammatical = value && parsePartially(grammar, value, report, STAND_INS);
  // What the grammar cut out is missing now; it has been reported already.
  const reported = new Set(grammatical?.wrong.map(formatPath));
  const pipeline = grammatical?.value && compile(grammatical.value, text, file, (path, message) => {
    if (!reported.has(formatPath(path))) report(path, message);
  });
  if (problems.length === 0 && pipeline) return { pipeline };
  return { problems: inOrder(problems) };
}

/** The top of the file without its `x-` keys, which are free for anchors. */
function rootMapping(source: YamlSource, report: Report): Record<string, unknown> | undefined {
  const { value } = source;
  if (value === undefined) return undefined;
  if (value === null) report([], "the file is empty; it must name version and data_types");
  else if (typeof value !== "object" || Array.isArray(value)) {
    report([], "the file must be a mapping with version and data_types");
  } else {
    const root = value as Record<string, unknown>;
    for (const key of Object.keys(root)) if (key.startsWith("x-")) delete root[key];
    return root;
  }
  return undefined;
}

function compile(
  declaration: Declaration,
  text: string,
  file: string,
  report: Report,
): Pipeline {
  const schema = declaration.destination?.schema ?? DEFAULT_SCHEMA;
  const schemaProblem = schemaNameProblem(schema);
  if (schemaProblem !== null) report(["destination", "schema"], schemaProblem);
  const { defaults, contract } = declaration;
  if (defaults?.history === true && defaults.keep_raw === false) {
    report(
      ["defaults", "history"],
      "history needs keep_raw: true, because it keeps previous documents",
    );
  }
  const { initial, lookback } = defaults?.window ?? {};
  if (initial !== undefined && lookback !== undefined && lookback > initial) {
    const at: Path = ["defaults", "window", "lookback"];
    report(at, `lookback (${lookback}d) reaches further than initial (${initial}d)`);
  }
  return {
    file,
    checksum: createHash("sha256").update(text).digest("hex"),
    schema,
    contract: {
      newFields: contract?.new_fields ?? DEFAULT_CONTRACT.newFields,
      badRows: contract?.bad_rows ?? DEFAULT_CONTRACT.badRows,
      maxRejects: contract?.max_rejects ?? DEFAULT_CONTRACT.maxRejects,
    },
    retention: compileRetention(declaration),
    webhooks: compileWebhooks(declaration, report),
    types: compileTypes(declaration, report),
  };
}

/** Null means for ever, so only what is left out takes the default. */
function compileRetention({ retention }: Declaration): Retention {
  const { runs, revisions, events } = retention ?? {};
  return {
    runsDays: runs === undefined ? DEFAULT_RETENTION.runsDays : runs,
    revisionsDays: revisions === undefined ? DEFAULT_RETENTION.revisionsDays : revisions,
    eventsDays: events === undefined ? DEFAULT_RETENTION.eventsDays : events,
  };
}

function inOrder(problems: readonly Problem[]): Problem[] {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const rest = sorted.length - MOST_PROBLEMS;
  if (rest <= 0) return sorted;
  const last = sorted[MOST_PROBLEMS]!;
  return [...sorted.slice(0, MOST_PROBLEMS), { ...last, path: [], message: `… and ${rest} more` }];
}

async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  try {
    // The mark is kept: the checksum is that of the file's bytes.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const message = "the file is not UTF-8 text";
    throw new ConfigError(file, [{ line: 1, column: 1, path: [], message }]);
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const { size } = await Deno.stat(file);
    if (size > LARGEST_FILE) {
      throw new ConfigError(file, [{ line: 1, column: 1, path: [], message: tooLarge() }]);
    }
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      await refuseDanglingLink(file);
      throw new UsageError("CONFIG_MISSING", `no configuration file at ${file}`, {
        hint: `write one with ${command("init")}, or name another with --config`,
        cause: error,
      });
    }
    throw new UsageError("CONFIG_UNREADABLE", `cannot read ${file}: ${messageOf(error)}`, {
      hint: "name a readable YAML file with --config",
      cause: error,
    });
  }
}

/**
 * Refuses a link that leads nowhere: taken for no file, another configuration would be used.
 * @throws {UsageError} `CONFIG_LINK`, when `file` is a symbolic link without a target.
 */
export async function refuseDanglingLink(file: string): Promise<void> {
  const isLink = await Deno.lstat(file).then((info) => info.isSymlink, () => false);
  if (!isLink) return;
  try {
    await Deno.stat(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) return;
    const target = await Deno.readLink(file);
    throw new UsageError("CONFIG_LINK", `${file} is a link to ${target}, which does not exist`, {
      hint: "point the link at your configuration, or remove it",
      cause,
    });
  }
}
