/** Doctor's look at the schedule: does anything run `sync`? */
import type { Database } from "../../lib/db/driver/database.ts";
import { lastRuns } from "../../lib/db/store/status.ts";
import { type Finding, ok, warn } from "./check.ts";
import { command } from "../../lib/program_command.ts";

const STALE_HOURS = 36;

/** Judged by what ran, not by what is installed: cron, systemd and Actions all look the same. */
export async function checkSchedule(db: Database, now: Date): Promise<Finding> {
  const runs = await lastRuns(db);
  const latest = Math.max(...runs.map((run) => run.started_at.getTime()));
  if (runs.length === 0) {
    return warn(
      "schedule",
      "no sync has run yet",
      `run ${command("sync")}, then ${command("schedule install")}`,
    );
  }
  const hours = Math.round((now.getTime() - latest) / 3_600_000);
  const when = hours === 0 ? "less than an hour ago" : `${hours} h ago`;
  return hours <= STALE_HOURS
    ? ok("schedule", `the last run was ${when}`)
    : warn("schedule", `the last run was ${when}`, `run ${command("schedule install")}`);
}
