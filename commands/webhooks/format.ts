/** Subscriptions as text. */
import type { FailedChange, ReportedSubscription } from "../../server/subscriptions/report.ts";
import { textTable } from "../_cli/output.ts";

/** A line for each. */
export function subscriptionTable(subscriptions: readonly ReportedSubscription[]): string {
  return textTable(
    ["event", "data type", "expires", "address"],
    subscriptions.map(({ eventType, dataType, expiresAt, callbackUrl }) => [
      eventType,
      dataType,
      expiresAt === null ? "" : expiresAt.toISOString().slice(0, 10),
      callbackUrl,
    ]),
  );
}

/** `3 created` and the like, with the kinds below. */
export function changeLines(
  word: string,
  subscriptions: readonly ReportedSubscription[],
): string[] {
  if (subscriptions.length === 0) return [];
  const kinds = subscriptions.map(({ eventType, dataType }) => `${eventType} ${dataType}`);
  return [`${word} ${subscriptions.length}: ${kinds.join(", ")}`];
}

/** A line for each failure. */
export function failureLines(failed: readonly FailedChange[]): string[] {
  return failed.map(({ action, eventType, dataType, code, message }) =>
    `failed to ${action} ${eventType} ${dataType}: ${message} [${code}]`
  );
}
