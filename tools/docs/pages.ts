/** The pages of the documentation, with their generated parts filled in. */
import { type Block, fillBlocks } from "./blocks.ts";
import { commandContract, commandReference, commandTable } from "./commands.ts";
import { dataDictionary, dataTypeTable } from "./data_types.ts";
import { ERROR_CODE_BLOCKS } from "./error_codes.ts";
import { environmentTable } from "./environment.ts";
import { FLEET_BLOCKS } from "./fleet.ts";
import { grammarTable } from "./grammar.ts";

const ROOT = new URL("../../", import.meta.url);

/** What can stand in a page, by the name in its marker. */
const BLOCKS: Readonly<Record<string, Block>> = {
  "command-table": commandTable,
  "command-reference": commandReference,
  "command-contract": commandContract,
  "data-type-table": dataTypeTable,
  "data-dictionary": dataDictionary,
  "environment": environmentTable,
  ...ERROR_CODE_BLOCKS,
  ...FLEET_BLOCKS,
  "grammar": grammarTable,
  "page-list": pageList,
};

/** A page of the documentation. */
export interface Page {
  readonly file: URL;
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

/** README.md and docs/*.md as they are. */
export async function pages(): Promise<Page[]> {
  const docs = (await Array.fromAsync(Deno.readDir(new URL("docs", ROOT))))
    .filter(({ name }) => name.endsWith(".md")).map(({ name }) => `docs/${name}`).sort();
  return await Promise.all(["README.md", ...docs].map(async (path) => {
    const file = new URL(path, ROOT);
    return { file, path, text: await Deno.readTextFile(file) };
  }));
}

/** The same pages as they should be. */
export async function generatedPages(): Promise<Page[]> {
  return await Promise.all((await pages()).map(async (page) => ({
    ...page,
    text: await fillBlocks(page.text, BLOCKS),
  })));
}

/** The pages of docs/ by their titles. */
async function pageList(): Promise<string> {
  const titles = (await pages()).filter(({ path }) => path !== "README.md")
    .map(({ path, text }) => `- [${/^# (.*)$/m.exec(text)?.[1] ?? path}](${path})`);
  return titles.sort().join("\n");
}
