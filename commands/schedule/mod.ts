import { Argument, Option } from "commander";
import { UsageError } from "../../lib/errors.ts";
import type { Terminal } from "../_cli/terminal.ts";
import { type CommandContext, defineCommand } from "../_cli/define_command.ts";
import { isOfNpx } from "../_cli/command_names.ts";
import { cronLine } from "./cron.ts";
import { install } from "./install.ts";
import { type Job, type Rhythm, rhythmOf, thisJob, type UnitFile } from "./job.ts";
import { launchdAgent } from "./launchd.ts";
import { systemdUnits } from "./systemd.ts";
import { windowsTask } from "./windows.ts";
import { command } from "../../lib/program_command.ts";

interface Options {
  cron?: boolean;
  systemd?: boolean;
  launchd?: boolean;
  windows?: boolean;
  at: string;
  every?: string;
}

const KINDS = ["cron", "systemd", "launchd", "windows"] as const;
type Kind = typeof KINDS[number];

const others = (kind: Kind) => KINDS.filter((other) => other !== kind);

/** `schedule`: have the operating system run `sync`. */
export default defineCommand({
  database: "none",
  arguments: [
    new Argument("<what>", "print the schedule, or install it").choices(["print", "install"]),
  ],
  options: [
    new Option("--cron", "for cron: a line for the crontab").conflicts(others("cron")),
    new Option("--systemd", "for systemd: a service and a timer").conflicts(others("systemd")),
    new Option("--launchd", "for macOS: an agent").conflicts(others("launchd")),
    new Option("--windows", "for Windows: a scheduled task").conflicts(others("windows")),
    new Option("--at <time>", "run every day at this local time").default("08:00"),
    new Option("--every <time>", "run around the clock, at this interval: 15m, 1h, 6h").conflicts(
      "at",
    ),
  ],
  help: "Without an option for a scheduler, the one of this operating system is used.",
  run: schedule,
});

async function schedule(
  { options, args: [what], terminal }: CommandContext<Options>,
): Promise<void> {
  const rhythm = rhythmOf(options.at, options.every);
  const kind = KINDS.find((kind) => options[kind]) ?? usualKind();
  const job = thisJob();
  const files = unitFiles(kind, job, rhythm);
  if (what === "print") {
    terminal.out(files.map(({ name, text }) => heading(kind, name) + text).join("\n").trimEnd());
    return;
  }
  if (isOfNpx(job.command[0])) terminal.err(ofNpx());
  const { written, next } = await install({ kind, files, directory: placeOf(kind, job, terminal) });
  for (const path of written) terminal.err(`Written: ${path}`);
  terminal.err("To enable it, run:");
  terminal.out(next.join("\n"));
}

function ofNpx(): string {
  return `The schedule will run the Deno in npx's cache, which a clean-up may remove. To prevent that, run
  npm install --global deno@${Deno.version.deno}, then deno task schedule install`;
}

function usualKind(): Kind {
  if (Deno.build.os === "darwin") return "launchd";
  return Deno.build.os === "windows" ? "windows" : "systemd";
}

function unitFiles(kind: Kind, job: Job, rhythm: Rhythm): UnitFile[] {
  switch (kind) {
    case "cron":
      return [{ name: "crontab", text: `${cronLine(job, rhythm)}\n` }];
    case "systemd":
      return systemdUnits(job, rhythm);
    case "launchd":
      return [launchdAgent(job, rhythm)];
    case "windows":
      return [windowsTask(job, rhythm)];
  }
}

/** Several files need a name each; a single one is printed as it is, ready to be redirected. */
function heading(kind: Kind, name: string): string {
  return kind === "systemd" ? `# ~/.config/systemd/user/${name}\n` : "";
}

/** Where the files of a scheduler belong; what has no such place stays beside the configuration. */
function placeOf(kind: Kind, job: Job, terminal: Terminal): string {
  if (kind === "systemd") {
    return `${terminal.env("XDG_CONFIG_HOME") || `${home(terminal)}/.config`}/systemd/user`;
  }
  return kind === "launchd" ? `${home(terminal)}/Library/LaunchAgents` : job.directory;
}

function home(terminal: Terminal): string {
  const home = terminal.env("HOME");
  if (home) return home;
  throw new UsageError("HOME_MISSING", "HOME is not set, so the unit directory is unknown", {
    hint: `Run ${command("schedule print")} and install the files yourself.`,
  });
}
