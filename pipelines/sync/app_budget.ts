/** The rate budget of the app, kept in the database: what all processes together may ask of Oura. */
import { createHash } from "node:crypto";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { type BudgetSize, StoredBudget } from "../../lib/db/store/budget.ts";
import type { Priority, RateBudget } from "../../lib/oura/http/rate_budget.ts";

/** What Oura allows an app. Source: OpenAPI, rate limits; https://cloud.ouraring.com/docs/error-handling. */
export const APP_BUDGET: BudgetSize = { requests: 5_000, perMs: 300_000 };

/**
 * The part of the budget that may be spent before a request of this priority has to wait: documents
 * that Oura announced find room beside any sync, and both beside a backfill of years.
 */
const SHARE: Readonly<Record<Priority, number>> = { document: 1, sync: 0.96, backfill: 0.8 };

/** The name of the app in the database: a hash of its client id, or one for all given tokens. */
export function appName(
  { clientId, accessToken }: Pick<Settings, "clientId" | "accessToken">,
): string {
  if (accessToken !== null || clientId === null) return "static";
  return createHash("sha256").update(clientId).digest("hex").slice(0, 16);
}

/**
 * The budget of the app in the settings.
 * @param evenly Whether syncs of many wearers share it: then what is left of it is lent evenly over time.
 * Documents that Oura announced never wait for that.
 */
export function openAppBudget(
  settings: Pick<Settings, "clientId" | "accessToken">,
  db: Database,
  signal: AbortSignal,
  size: BudgetSize = APP_BUDGET,
  evenly = false,
): RateBudget {
  const stored = new StoredBudget(db, appName(settings), size, signal);
  return {
    reserve: (priority, wanted, unused) =>
      stored.reserve(
        wanted,
        Math.floor(size.requests * SHARE[priority]),
        unused,
        evenly && priority !== "document",
      ),
    giveBack: (unused) => stored.giveBack(unused),
    close: (ms) => stored.close(ms),
  };
}
