/** What `status` says of webhook events and jobs. */
import { type Backlog, isUsed } from "../../reports/backlog.ts";
import { asTypedHere } from "../_cli/command_names.ts";
import { countText } from "../_cli/output.ts";

/** A line about what waits, and one about what was given up; none where no worker has run. */
export function backlogLines(backlog: Backlog | null): string[] {
  if (backlog === null || !isUsed(backlog)) return [];
  const { events, jobs } = backlog;
  const waiting = [
    `${countText(events?.pending ?? 0)} events pending`,
    `${countText(events?.aside ?? 0)} kept for wearers who are signed out`,
    `${countText(jobs?.waiting ?? 0)} jobs waiting, ${countText(jobs?.active ?? 0)} running`,
  ];
  const [deadEvents, deadJobs] = [events?.failed ?? 0, jobs?.failed ?? 0];
  const dead = `given up  ${countText(deadEvents)} events, ${countText(deadJobs)} jobs: ` +
    `run ${asTypedHere("worker retry")}`;
  return [`workers   ${waiting.join("; ")}`, ...(deadEvents + deadJobs > 0 ? [dead] : [])];
}
