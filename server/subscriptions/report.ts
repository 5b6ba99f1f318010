/** What became of the subscriptions. */
import type { ErrorCode } from "../../lib/error_codes/codes.ts";
import type { Subscription } from "../../lib/oura/webhooks/subscription.ts";
import type { ProbeResult } from "./probe.ts";

/** A subscription in a report. With a dry run, one to be made has no id. */
export interface ReportedSubscription {
  readonly id: string | null;
  readonly eventType: string;
  readonly dataType: string;
  readonly callbackUrl: string;
  readonly expiresAt: Date | null;
}

/** What could not be done. */
export interface FailedChange {
  readonly action: "create" | "update" | "renew" | "delete";
  readonly eventType: string;
  readonly dataType: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What was done, or with a dry run would be. */
export interface EnsureReport {
  readonly dryRun: boolean;
  /** What the public address answered; null when nothing had to be made or changed. */
  readonly probe: ProbeResult | null;
  readonly created: ReportedSubscription[];
  readonly updated: ReportedSubscription[];
  readonly renewed: ReportedSubscription[];
  readonly kept: ReportedSubscription[];
  readonly deleted: ReportedSubscription[];
  readonly failed: FailedChange[];
}

/** The lists of changes in a report. */
export type Done = "created" | "updated" | "renewed" | "deleted";

/** A subscription as a report has it. */
export function reported(
  { id, eventType, dataType, callbackUrl, expiresAt }: Subscription,
): ReportedSubscription {
  return { id, eventType, dataType, callbackUrl, expiresAt };
}
