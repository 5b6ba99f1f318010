/** The metrics that are no wearer's: the rate budget, events and jobs. */
import { budgetsLeft } from "../lib/db/store/budget.ts";
import { APP_BUDGET } from "../pipelines/sync/app_budget.ts";
import type { CohortSource } from "../reports/cohort/model.ts";
import { readBacklog } from "../reports/backlog.ts";
import type { Family, Sample } from "./metric_text.ts";

/** What is measured. */
export const APP_FAMILIES = {
  budget: {
    name: "oura_sync_rate_budget_left",
    type: "gauge",
    help: "Requests that an app may still send to Oura in the running five minutes.",
  },
  events: {
    name: "oura_sync_events",
    type: "gauge",
    help:
      "Webhook events by state: pending, failed (given up), aside (their wearer is signed out).",
  },
  eventAge: {
    name: "oura_sync_event_oldest_seconds",
    type: "gauge",
    help: "Seconds since the oldest pending event arrived.",
  },
  jobs: {
    name: "oura_sync_jobs",
    type: "gauge",
    help: "Jobs of workers by state: waiting, active, failed.",
  },
  jobAge: {
    name: "oura_sync_job_oldest_seconds",
    type: "gauge",
    help: "Seconds for which the oldest waiting job has been ready.",
  },
} as const satisfies Record<string, Family>;

/** Reads them. */
export async function appSamples(
  { db, now }: Pick<CohortSource, "db" | "now">,
): Promise<Record<keyof typeof APP_FAMILIES, Sample[]>> {
  const left = await budgetsLeft(db, APP_BUDGET);
  const { events, jobs } = await readBacklog(db, now);
  return {
    budget: [...left].map(([app, value]) => ({ labels: { app }, value })),
    events: events === null ? [] : byState(events, ["pending", "failed", "aside"]),
    eventAge: age(events?.oldestPendingSeconds),
    jobs: jobs === null ? [] : byState(jobs, ["waiting", "active", "failed"]),
    jobAge: age(jobs?.oldestSeconds),
  };
}

function byState<State extends string>(
  counts: Readonly<Record<State, number>>,
  states: readonly State[],
): Sample[] {
  return states.map((state) => ({ labels: { state }, value: counts[state] }));
}

function age(seconds: number | null | undefined): Sample[] {
  return [{ labels: {}, value: Math.round(seconds ?? 0) }];
}
