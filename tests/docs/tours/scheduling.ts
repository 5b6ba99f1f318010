/** docs/scheduling.md: what each scheduler is given, and that a scheduled run does its work. */
import assert from "node:assert/strict";
import { fences } from "../markdown.ts";
import { commandsOf, type Typed } from "../shell.ts";
import type { Tour } from "./tour.ts";
import type { World } from "./world.ts";

/** The tour of docs/scheduling.md; a wearer has signed in before. */
export const SCHEDULING: Tour = {
  path: "docs/scheduling.md",
  after: {
    "deno task schedule install --systemd": systemd,
    "deno task schedule install --launchd": launchd,
    "deno task schedule install --windows": windows,
    "deno task schedule install --cron": cron,
  },
};

/** Runs what the service would; the page has the very commands that are printed. */
async function systemd(world: World, { out }: Typed): Promise<void> {
  const page = await Deno.readTextFile("docs/scheduling.md");
  const block = fences("", page).find(({ text }) => text.startsWith("systemctl"));
  assert.deepEqual(out.trim().split("\n"), commandsOf(block!.text));
  const units = `${world.home}/.config/systemd/user`;
  assert.match(await Deno.readTextFile(`${units}/oura-sync.timer`), /^OnCalendar=.* 08:00:00$/m);
  const service = await Deno.readTextFile(`${units}/oura-sync.service`);
  await world.typeAsScheduler(/^ExecStart=(.*)$/m.exec(service)![1]!);
}

/** The agent is given the same words as the service. */
async function launchd(world: World, { out }: Typed): Promise<void> {
  await world.type(out.trim().split("\n"));
  const agents = `${world.home}/Library/LaunchAgents`;
  const agent = await Deno.readTextFile(`${agents}/io.github.oura-sync.plist`);
  const words = [...agent.matchAll(/^ {4}<string>(.*)<\/string>$/gm)].map(([, word]) => word);
  assert.deepEqual(words.slice(0, 2).concat(words.slice(-1)), [Deno.execPath(), "task", "sync"]);
}

async function windows(world: World, { out }: Typed): Promise<void> {
  const path = /^schtasks \/create \/f \/tn oura-sync \/xml "(.*)"$/m.exec(out)![1]!;
  const task = new TextDecoder("utf-16le").decode(await Deno.readFile(path));
  assert.ok(task.includes(`<Command>${Deno.execPath()}</Command>`), task);
  assert.ok(task.includes(`<WorkingDirectory>${world.clone}</WorkingDirectory>`), task);
}

/** Adds the line as told, and runs it as cron does. */
async function cron(world: World, { out }: Typed): Promise<void> {
  await world.type([out.trim()]);
  const line = (await Deno.readTextFile(`${world.home}/crontab`)).trim();
  const [printed] = await world.type(["deno task schedule print --cron"]);
  assert.equal(printed!.out.trim(), line);
  await world.typeAsScheduler(line.split(" ").slice(5).join(" ").replaceAll("\\%", "%"));
  assert.match(await Deno.readTextFile(`${world.clone}/oura-sync.log`), /^wearer wearer-1: /m);
}
