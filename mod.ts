/**
 * Oura Ring data for programs.
 *
 * - {@linkcode OuraClient} reads a wearer's data; it needs no database.
 * - {@linkcode sync} loads it into PostgreSQL, as the command line does.
 * - {@linkcode verifyWebhook} tells Oura's webhook calls from others.
 * - {@linkcode DATA_TYPES} is the catalog of everything Oura serves.
 *
 * @module
 */
export {
  OuraClient,
  type OuraClientOptions,
  type OuraClientSettings,
} from "./lib/oura/client/client.ts";
export type {
  CallOptions,
  GetMethods,
  GetResult,
  Instant,
  MethodArguments,
  PageMethods,
  PascalCase,
  SingleDocumentName,
  TimeSeriesName,
  WholeName,
} from "./lib/oura/client/methods.ts";
export {
  type Difference,
  type DifferenceHandler,
  InvalidDocumentError,
  type MisfitHandler,
  type ValidationIssue,
} from "./lib/oura/client/read.ts";
export {
  refreshingToken,
  type RefreshingTokenOptions,
  type StoredTokens,
} from "./lib/oura/client/refreshing_token.ts";
export { staticToken, type TokenProvider } from "./lib/oura/token_provider.ts";
export type { Traffic } from "./lib/oura/http/request_stats.ts";

export { sync, type SyncOptions } from "./pipelines/sync/library.ts";
export type { SyncReport, TypeOutcome } from "./pipelines/sync/outcome.ts";
export type { RowCounts } from "./lib/db/store/runs.ts";
export type { HeldLease } from "./lib/db/store/leases.ts";
export type { NewField } from "./pipelines/stages/drift.ts";

export { isSigned, type SignedCall, verifyWebhook } from "./lib/oura/webhooks/webhook_signature.ts";
export { WebhookBodyError, type WebhookEvent } from "./lib/oura/webhooks/event_body.ts";

export {
  DATA_TYPES,
  type DataTypeName,
  type DocumentOf,
  findDataType,
  isDataTypeName,
} from "./lib/oura/catalog/index.ts";
export type { DataType, WindowFamily } from "./lib/oura/catalog/data_type.ts";

export {
  BusyError,
  DatabaseError,
  OuraSyncError,
  OuraUnavailableError,
  PartialError,
  SignInError,
  UsageError,
} from "./lib/errors.ts";
export {
  AccessDeniedError,
  AppOutdatedError,
  AppRefusedError,
  BadAnswerError,
  DocumentNotFoundError,
  RateLimitedError,
  type Refusal,
  RequestRefusedError,
} from "./lib/oura/errors.ts";
