/** What is to run, and when. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../lib/errors.ts";
import { durationOption } from "../sync/options.ts";

/** The program with its arguments, and where it finds `.env` and `oura.yaml`. */
export interface Job {
  readonly command: readonly [string, ...string[]];
  readonly directory: string;
}

/** Once a day at a local time, or around the clock. */
export type Rhythm =
  | { readonly kind: "daily"; readonly hour: number; readonly minute: number }
  | { readonly kind: "minutes" | "hours"; readonly every: number };

/** A file that a scheduler reads. */
export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The rhythm of `--at` or `--every`.
 * @throws {UsageError} When it is no time of day, or a length that does not divide an hour or a day:
 * no scheduler could keep it.
 */
export function rhythmOf(at: string, every: string | undefined): Rhythm {
  if (every !== undefined) return interval(every);
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(at);
  if (match) return { kind: "daily", hour: Number(match[1]), minute: Number(match[2]) };
  throw new UsageError("BAD_TIME", `--at ${at} is not a time of day`, {
    hint: "Write it as 08:00, in the local time of this machine.",
  });
}

function interval(every: string): Rhythm {
  const minutes = durationOption("--every", every) / 60_000;
  if (Number.isInteger(minutes) && 60 % minutes === 0 && minutes < 60) {
    return { kind: "minutes", every: minutes };
  }
  const hours = minutes / 60;
  if (Number.isInteger(hours) && 24 % hours === 0) return { kind: "hours", every: hours };
  throw new UsageError("BAD_DURATION", `--every ${every} does not divide an hour or a day evenly`, {
    hint: "Use 5m, 10m, 15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h or 12h.",
  });
}

/**
 * The job of this very program.
 * @throws {UsageError} When a path holds what no scheduler's file can.
 */
export function thisJob(): Job {
  const job = Deno.build.standalone ? binaryJob() : taskJob();
  for (const text of [...job.command, job.directory]) {
    if (!/\p{Cc}/u.test(text)) continue;
    throw new UsageError("BAD_PATH", `${JSON.stringify(text)} holds a control character`);
  }
  return job;
}

function binaryJob(): Job {
  return { command: [Deno.execPath(), "sync"], directory: Deno.cwd() };
}

function taskJob(): Job {
  const directory = resolve(fileURLToPath(new URL("../..", import.meta.url)));
  return {
    command: [Deno.execPath(), "task", "--quiet", "--cwd", directory, "sync"],
    directory,
  };
}

/** Text inside XML. */
export function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
