/** Puts a schedule where its scheduler looks for it. Nothing is started, and nothing needs root. */
import { messageOf, UsageError } from "../../lib/errors.ts";
import { quote } from "./cron.ts";
import { LAUNCHD_LABEL } from "./launchd.ts";
import type { UnitFile } from "./job.ts";
import { utf16 } from "./windows.ts";
import { command } from "../../lib/program_command.ts";

/** Which files go where. */
export interface Placement {
  readonly kind: "cron" | "systemd" | "launchd" | "windows";
  readonly files: readonly UnitFile[];
  readonly directory: string;
}

/** What was written, and the commands that switch it on. */
export interface Installed {
  readonly written: readonly string[];
  readonly next: readonly string[];
}

/**
 * Writes the files, over those of an earlier schedule. A crontab is left to its owner: it may hold
 * more than ours.
 * @throws {UsageError} When a file cannot be written.
 */
export async function install({ kind, files, directory }: Placement): Promise<Installed> {
  const [first] = files;
  if (kind === "cron") {
    const line = quote(first!.text.trimEnd());
    return { written: [], next: [`(crontab -l 2>/dev/null; echo ${line}) | crontab -`] };
  }
  const slash = kind === "windows" ? "\\" : "/";
  const written: string[] = [];
  for (const { name, text } of files) {
    const path = `${directory}${slash}${name}`;
    await write(path, kind === "windows" ? utf16(text) : new TextEncoder().encode(text), directory);
    written.push(path);
  }
  return { written, next: nextCommands(kind, written[0]!) };
}

async function write(path: string, bytes: Uint8Array, directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeFile(path, bytes);
  } catch (cause) {
    throw new UsageError("FILE_UNWRITABLE", `cannot write ${path}: ${messageOf(cause)}`, {
      hint: `Run ${command("schedule print")} and install the files yourself.`,
      cause,
    });
  }
}

function nextCommands(kind: Exclude<Placement["kind"], "cron">, path: string): string[] {
  switch (kind) {
    case "systemd":
      return [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now oura-sync.timer",
        // Without it the timer stops when the person signs out.
        "loginctl enable-linger",
      ];
    case "launchd":
      return [
        `launchctl bootout gui/$(id -u)/${LAUNCHD_LABEL} 2>/dev/null`,
        `launchctl bootstrap gui/$(id -u) ${quote(path)}`,
      ];
    case "windows":
      return [`schtasks /create /f /tn oura-sync /xml "${path}"`];
  }
}
