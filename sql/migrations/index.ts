/** The migrations, in order. A new file is added here; a released one is never edited. */
import bookkeeping from "./0001_bookkeeping.sql" with { type: "text" };
import dataTypes from "./0002_data_types.sql" with { type: "text" };
import declaredObjects from "./0003_declared_objects.sql" with { type: "text" };
import runHolder from "./0004_run_holder.sql" with { type: "text" };
import deliveredTo from "./0005_delivered_to.sql" with { type: "text" };
import rowAccounts from "./0011_row_accounts.sql" with { type: "text" };
import accountImports from "./0023_account_imports.sql" with { type: "text" };
import heartRateHours from "./0013_heart_rate_hours.sql" with { type: "text" };
import tokenOwners from "./0041_token_owners.sql" with { type: "text" };
import heartRateDays from "./0040_heart_rate_days.sql" with { type: "text" };
import seriesDocuments from "./0014_series_documents.sql" with { type: "text" };
import worker from "./0035_worker.sql" with { type: "text" };
import wearerLeadsKeys from "./0021_wearer_leads_keys.sql" with { type: "text" };
import webhookEvents from "./0032_webhook_events.sql" with { type: "text" };
import rateBudget from "./0031_rate_budget.sql" with { type: "text" };
import wearers from "./0033_wearers.sql" with { type: "text" };
import invitations from "./0034_invitations.sql" with { type: "text" };

/** One step of the database's structure. */
export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  /** Written against the schema `oura`. */
  readonly sql: string;
}

/** Every migration this program knows, oldest first. */
export const migrations: readonly Migration[] = [
  { version: 1, name: "bookkeeping", sql: bookkeeping },
  { version: 2, name: "data_types", sql: dataTypes },
  { version: 3, name: "declared_objects", sql: declaredObjects },
  { version: 4, name: "run_holder", sql: runHolder },
  { version: 5, name: "delivered_to", sql: deliveredTo },
  { version: 11, name: "row_accounts", sql: rowAccounts },
  { version: 13, name: "heart_rate_hours", sql: heartRateHours },
  { version: 14, name: "series_documents", sql: seriesDocuments },
  { version: 21, name: "wearer_leads_keys", sql: wearerLeadsKeys },
  { version: 23, name: "account_imports", sql: accountImports },
  { version: 31, name: "rate_budget", sql: rateBudget },
  { version: 32, name: "webhook_events", sql: webhookEvents },
  { version: 33, name: "wearers", sql: wearers },
  { version: 34, name: "invitations", sql: invitations },
  { version: 35, name: "worker", sql: worker },
  { version: 40, name: "heart_rate_days", sql: heartRateDays },
  { version: 41, name: "token_owners", sql: tokenOwners },
];
