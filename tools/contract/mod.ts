/**
 * Contract check: holds the catalog against an OpenAPI export of Oura and lists every difference,
 * both ways.
 *
 *     deno task contract openapi-1.41.json [--verbose]
 *
 * Exit codes: 0 no difference, 1 differences, 2 usage. Enum values the catalog knows and the export
 * does not are listed apart and do not fail the check: the catalog may be newer than the export.
 */
import { parseArgs } from "node:util";
import { EXIT, messageOf, OuraSyncError, UsageError } from "../../lib/errors.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { compareContract } from "./compare.ts";
import { parseExport } from "./openapi.ts";
import { report } from "./report.ts";

const USAGE = `usage: deno task contract PATH [--verbose]

Holds the catalog against Oura's OpenAPI export at PATH and lists every difference.

  --verbose   also list where the catalog is more lenient on purpose, and why
  --help      show this
`;

const EXIT_DIFFERENCES = 1;

async function main(args: readonly string[]): Promise<number> {
  const { path, verbose, help } = parse(args);
  if (help) {
    await print(Deno.stdout, USAGE);
    return EXIT.done;
  }
  const findings = compareContract(parseExport(await read(path)), CATALOG);
  await print(Deno.stdout, report(findings, CATALOG.length, verbose));
  return findings.some(({ verdict }) => verdict === "difference") ? EXIT_DIFFERENCES : EXIT.done;
}

function parse(args: readonly string[]): { path: string; verbose: boolean; help: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { verbose: { type: "boolean" }, help: { type: "boolean" } },
    });
    const { verbose = false, help = false } = values;
    const [path = ""] = positionals;
    if (!help && positionals.length !== 1) {
      const message = `one PATH is needed, ${positionals.length} are given`;
      throw new UsageError("COMMAND_LINE", message, { hint: USAGE });
    }
    return { path, verbose, help };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError("COMMAND_LINE", messageOf(error), { cause: error, hint: USAGE });
  }
}

async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new UsageError("FILE_UNREADABLE", `${path}: ${messageOf(cause)}`, { cause });
  }
}

async function print(stream: typeof Deno.stdout, text: string): Promise<void> {
  const writer = stream.writable.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.releaseLock();
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    if (!(error instanceof OuraSyncError)) throw error;
    await print(Deno.stderr, `${error.message}\n${error.hint ?? ""}`);
    Deno.exitCode = error.exitCode;
  }
}
