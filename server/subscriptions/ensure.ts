/** Brings the app's subscriptions in line with `oura.yaml`, and reports the result of each change. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { ErrorCode } from "../../lib/error_codes/codes.ts";
import { OuraSyncError, OuraUnavailableError, PartialError } from "../../lib/errors.ts";
import type { EventKind } from "../../lib/oura/webhooks/callback.ts";
import { requireWebhooks, webhookApp } from "./app_client.ts";
import { planSubscriptions, wantedSubscriptions } from "./plan.ts";
import { probeHandshake } from "./probe.ts";
import { type EnsureReport, type FailedChange, reported } from "./report.ts";
import { type Step, stepsOf } from "./steps.ts";

/** What {@linkcode ensureSubscriptions} needs. */
export interface EnsureOptions {
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  readonly now: Date;
  readonly signal?: AbortSignal;
  /** Only says what would be done. @default false */
  readonly dryRun?: boolean;
}

/**
 * Lists, makes, changes, renews and deletes. Running it twice, or in two places, does no harm.
 * When something else than our receiver answers at the public address, only renewals are made.
 * @throws {UsageError} Without client id and secret, or without `webhooks` in the configuration.
 * @throws {AppRefusedError} When Oura does not accept client id and secret.
 * @throws {OuraUnavailableError} When the subscriptions cannot be listed.
 */
export async function ensureSubscriptions(options: EnsureOptions): Promise<EnsureReport> {
  const { settings, pipeline, now, signal, dryRun = false } = options;
  const webhooks = requireWebhooks(pipeline);
  const { client, clientSecret } = webhookApp(settings, signal);
  const plan = planSubscriptions(wantedSubscriptions(webhooks), await client.list(), now);
  const steps = stepsOf(client, plan, now);
  const changed = plan.create[0] ?? plan.update[0]?.wanted;
  const probe = changed === undefined || dryRun
    ? null
    : await probeHandshake(changed, { clientSecret, signal });
  const report: EnsureReport = {
    dryRun,
    probe,
    created: [],
    updated: [],
    renewed: [],
    kept: plan.keep.map(reported),
    deleted: [],
    failed: [],
  };
  if (dryRun) { for (const { done, subject } of steps) report[done].push(subject); }
  else await carryOut(steps, report, signal);
  return report;
}

async function carryOut(
  steps: readonly Step[],
  report: EnsureReport,
  signal: AbortSignal | undefined,
): Promise<void> {
  let away: OuraSyncError | null = null;
  const wrong = report.probe?.outcome === "wrong" ? report.probe : null;
  for (const { action, done, subject, run } of steps) {
    signal?.throwIfAborted();
    if (wrong !== null && action !== "renew") {
      report.failed.push(failure(action, subject, wrong.code!, wrong.message!));
      continue;
    }
    try {
      if (away !== null) throw away;
      const answer = await run();
      report[done].push(answer === null ? subject : reported(answer));
    } catch (error) {
      if (signal?.aborted || !isOfOneKind(error)) throw error;
      if (isAway(error)) away = error;
      report.failed.push(failure(action, subject, error.code, error.message));
    }
  }
}

function failure(
  action: FailedChange["action"],
  { eventType, dataType }: EventKind,
  code: ErrorCode,
  message: string,
): FailedChange {
  return { action, eventType, dataType, code, message };
}

/** Whether a failure is reported with its kind of event; any other is thrown. */
function isOfOneKind(error: unknown): error is OuraSyncError {
  return error instanceof PartialError || error instanceof OuraUnavailableError;
}

/** Every further kind of event would wait as long as this one did. */
function isAway(error: OuraSyncError): boolean {
  return error.code === "OURA_UNREACHABLE" || error.code === "OURA_RATE_LIMITED";
}
