import type { Job, Rhythm } from "./job.ts";

/**
 * A line of a crontab, for `sh`. What the program says goes to a log beside its configuration. Cron
 * does not make up for runs missed while the machine was off; the next run fetches what they missed.
 */
export function cronLine(job: Job, rhythm: Rhythm): string {
  const command = [
    `cd ${quote(job.directory)}`,
    `${job.command.map(quote).join(" ")} >> oura-sync.log 2>&1`,
  ].join(" && ");
  // Cron takes an unescaped % for a line feed.
  return `${timeFields(rhythm)} ${command.replaceAll("%", "\\%")}`;
}

function timeFields(rhythm: Rhythm): string {
  switch (rhythm.kind) {
    case "daily":
      return `${rhythm.minute} ${rhythm.hour} * * *`;
    case "minutes":
      return `*/${rhythm.every} * * * *`;
    case "hours":
      return `0 */${rhythm.every} * * *`;
  }
}

/** A word of `sh`; plain words stay as they are. */
export function quote(word: string): string {
  return /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
