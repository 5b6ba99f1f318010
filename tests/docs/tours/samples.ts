/** What pages show of output and files, held against the real thing. */
import assert from "node:assert/strict";
import { codeSpans, fences } from "../markdown.ts";
import { commandsOf } from "../shell.ts";
import { SimulatedOura } from "../simulated_oura.ts";
import type { World } from "./world.ts";

/** A block that is not typed, and what it must agree with. */
export interface Sample {
  readonly path: string;
  readonly language: "json" | "text";
  check(world: World, text: string): Promise<void>;
}

/** One for each such block. Commands that were typed before have been told to the world. */
export const SAMPLES: readonly Sample[] = [
  { path: "docs/ARCHITECTURE.md", language: "text", check: isMap },
  { path: "docs/configuration.md", language: "text", check: isMistake },
  { path: "docs/operations.md", language: "json", check: isStatus },
  { path: "docs/scheduling.md", language: "text", check: isCrontab },
  { path: "simulator/README.md", language: "json", check: isAnnouncement },
];

/** Holds the block of a sample against the real thing. */
export async function checkSample(world: World, { path, language, check }: Sample): Promise<void> {
  const blocks = fences(path, await Deno.readTextFile(path));
  await check(world, blocks.find((block) => block.language === language)!.text);
}

/** The rooms of the house, each of which is there. */
async function isMap(_: World, text: string): Promise<void> {
  for (const line of text.trimEnd().split("\n")) {
    const [name] = line.split(/\s/);
    assert.equal((await Deno.stat(name!)).isDirectory, name!.endsWith("/"), line);
  }
}

/** The message of a mistake, by making it where the sample says. */
async function isMistake(world: World, text: string): Promise<void> {
  const [, file, line, column, path] = /^(\S+):(\d+):(\d+) (\S+): /.exec(text)!;
  const [section, type, , name] = path!.split(".");
  const head = ["version: 1", `${section}:`, `  ${type}:`, "    columns:"];
  const comments = Array(Number(line) - 1 - head.length).fill("# a comment");
  const mistake = `${" ".repeat(Number(column) - 1)}${name}: ${name}`;
  await world.edit(file!, () => [...comments, ...head, mistake, ""].join("\n"));
  const message = text.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  await assert.rejects(world.type(["deno task validate"]), new RegExp(`${message} \\[`));
}

/** The fields of `status --json` and, in the prose, of `gaps --json`. */
async function isStatus({ said }: World, text: string): Promise<void> {
  assert.deepEqual(
    fieldsOf(JSON.parse(text)),
    fieldsOf(JSON.parse(said.get("status --json")!.out)),
  );
  const page = await Deno.readTextFile("docs/operations.md");
  const span = codeSpans(page).find((each) => each.startsWith('{ "from"'))!;
  const names = [...span.matchAll(/"(\w+)"/g)].map(([, name]) => name!);
  const real = fieldsOf(JSON.parse(said.get("gaps --json")!.out));
  assert.deepEqual(names.toSorted(), real.map((path) => path.split(".").at(-1)!).toSorted());
}

/** Dotted paths of all fields; what stands in an array is described by its first element. */
function fieldsOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return fieldsOf(value[0], path);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    `${path}${name}`,
    ...fieldsOf(inner, `${path}${name}.`),
  ]).toSorted();
}

/** The line that `schedule install --cron` made, on the machine of the sample. */
async function isCrontab({ home, clone }: World, text: string): Promise<void> {
  const here = text.replaceAll("/home/me/oura-sync", clone)
    .replaceAll("/usr/bin/deno", Deno.execPath());
  assert.equal(await Deno.readTextFile(`${home}/crontab`), here);
}

/** What the simulator says when it is started as the block before says. */
async function isAnnouncement(world: World, text: string): Promise<void> {
  const page = await Deno.readTextFile("simulator/README.md");
  const [command] = commandsOf(fences("", page).find(({ language }) => language === "sh")!.text);
  const oura = await SimulatedOura.start(command!, world.place);
  const { url } = oura.announcement;
  await oura.stop();
  assert.deepEqual({ ...JSON.parse(text), url }, oura.announcement);
}
