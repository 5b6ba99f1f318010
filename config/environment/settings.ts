import { z } from "zod";
import type { ConnectionSettings } from "../../lib/db/driver/connection.ts";
import { UsageError } from "../../lib/errors.ts";
import { OURA_API_URL } from "../../lib/oura/endpoints.ts";
import { headerToken, serviceUrl, tokenKey } from "./setting_values.ts";

/** What the environment says, validated; null where it says nothing. */
export interface Settings {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly redirectUri: string;
  readonly portal: "auto" | "moi" | "legacy";
  /** Without a slash at the end. */
  readonly apiUrl: string;
  readonly authorizeUrl: string | null;
  readonly tokenUrl: string | null;
  readonly revokeUrl: string | null;
  /** A static access token, used instead of a sign-in. */
  readonly accessToken: string | null;
  /** Secret Oura echoes when it verifies a webhook subscription that was made by hand. */
  readonly webhookToken: string | null;
  /** The bearer token that `serve` asks for at `/metrics`. */
  readonly metricsToken: string | null;
  readonly connection: ConnectionSettings;
  /** Home of the embedded database, its key file and recovery files. */
  readonly dataDirectory: string;
  /** 32 bytes that encrypt the stored tokens. */
  readonly tokenKey: Uint8Array<ArrayBuffer> | null;
  /** The key before it, while `auth rotate-key` has not moved all tokens to the new one. */
  readonly tokenKeyPrevious: Uint8Array<ArrayBuffer> | null;
  readonly logLevel: "trace" | "debug" | "info" | "warning" | "error" | "fatal";
  /** Null: pretty on a terminal, JSON lines elsewhere. */
  readonly logFormat: "pretty" | "json" | null;
  /** How far back `sync --initial` goes. */
  readonly syncDaysBack: number;
  /** Asked at the end of every run, so that a monitor notices when none ran. */
  readonly healthcheckUrl: string | null;
}

const text = z.string().optional();

const wholeNumber = (least: number, most: number, otherwise: number) =>
  z.string().regex(/^\d{1,6}$/, { error: "must be a whole number", abort: true })
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)
    .default(otherwise);

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(", ")}` });

const environment = z.object({
  OURA_CLIENT_ID: text,
  OURA_CLIENT_SECRET: text,
  OURA_REDIRECT_URI: serviceUrl.default("http://localhost:8000/callback"),
  // The rest of it is libpq's business, and read by `lib/db/driver/postgres/server_url.ts`.
  DATABASE_URL: z.string()
    .regex(/^postgres(ql)?:\/\//i, {
      error: "must be a URL such as postgres://user:password@host:5432/database",
    }).optional(),
  DB_HOST: text,
  DB_PORT: wholeNumber(1, 65_535, 5432),
  DB_NAME: text,
  DB_USER: text,
  DB_PASSWORD: text,
  OURA_DATA_DIR: z.string()
    .refine((path) => !/^~([/\\]|$)/.test(path), '"~" is not expanded here; use an absolute path')
    .default("./data"),
  OURA_TOKEN_KEY: tokenKey.optional(),
  OURA_TOKEN_KEY_PREVIOUS: tokenKey.optional(),
  LOG_LEVEL: z.string().toLowerCase()
    .transform((level) => level === "warn" ? "warning" : level)
    .pipe(oneOf(["trace", "debug", "info", "warning", "error", "fatal"]))
    .default("info"),
  LOG_FORMAT: oneOf(["pretty", "json"]).optional(),
  SYNC_DAYS_BACK: wholeNumber(1, 36_500, 90),
  OURA_PORTAL: oneOf(["auto", "moi", "legacy"]).default("auto"),
  OURA_API_URL: serviceUrl.default(OURA_API_URL),
  OURA_AUTHORIZE_URL: serviceUrl.optional(),
  OURA_TOKEN_URL: serviceUrl.optional(),
  OURA_REVOKE_URL: serviceUrl.optional(),
  OURA_ACCESS_TOKEN: headerToken.optional(),
  OURA_WEBHOOK_TOKEN: text,
  OURA_METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  HEALTHCHECK_URL: serviceUrl.optional(),
});

type Environment = z.output<typeof environment>;

/** Names of all variables the program reads. */
export const SETTING_NAMES: readonly string[] = Object.keys(environment.shape);

/**
 * Validates the environment. Empty variables count as unset; unknown ones are left alone.
 * @throws {UsageError} `SETTINGS_INVALID`, naming every mistake but no value, as some are secret.
 */
export function loadSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const present: Record<string, string> = {};
  for (const name of SETTING_NAMES) {
    const value = env[name]?.trim();
    if (value) present[name] = value;
  }
  const result = environment.safeParse(present);
  const lines = missingParts(present).map((name) => `${name}: missing, as other DB_ ones are set`);
  for (const issue of result.error?.issues ?? []) {
    lines.push(`${issue.path.join(".")}: ${issue.message}`);
  }
  if (!result.success || lines.length > 0) {
    throw new UsageError("SETTINGS_INVALID", lines.join("\n"), {
      hint: "fix these environment variables, or their lines in .env",
    });
  }
  return settingsOf(result.data);
}

/** The parts that are needed when the database is given in parts and not all of them are there. */
function missingParts(env: Readonly<Record<string, string>>): string[] {
  const inParts = env.DB_HOST || env.DB_NAME || env.DB_USER || env.DB_PASSWORD;
  if (env.DATABASE_URL || !inParts) return [];
  return ["DB_HOST", "DB_NAME", "DB_USER"].filter((name) => env[name] === undefined);
}

function settingsOf(env: Environment): Settings {
  return {
    clientId: env.OURA_CLIENT_ID ?? null,
    clientSecret: env.OURA_CLIENT_SECRET ?? null,
    redirectUri: env.OURA_REDIRECT_URI,
    portal: env.OURA_PORTAL,
    apiUrl: env.OURA_API_URL.replace(/\/+$/, ""),
    authorizeUrl: env.OURA_AUTHORIZE_URL ?? null,
    tokenUrl: env.OURA_TOKEN_URL ?? null,
    revokeUrl: env.OURA_REVOKE_URL ?? null,
    accessToken: env.OURA_ACCESS_TOKEN ?? null,
    webhookToken: env.OURA_WEBHOOK_TOKEN ?? null,
    metricsToken: env.OURA_METRICS_TOKEN ?? null,
    connection: connectionOf(env),
    dataDirectory: env.OURA_DATA_DIR,
    tokenKey: env.OURA_TOKEN_KEY ?? null,
    tokenKeyPrevious: env.OURA_TOKEN_KEY_PREVIOUS ?? null,
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT ?? null,
    syncDaysBack: env.SYNC_DAYS_BACK,
    healthcheckUrl: env.HEALTHCHECK_URL ?? null,
  };
}

/** A URL wins over parts, and either over the embedded database. */
function connectionOf(env: Environment): ConnectionSettings {
  if (env.DATABASE_URL !== undefined) return { kind: "url", url: env.DATABASE_URL };
  const { DB_HOST: host, DB_NAME: database, DB_USER: user } = env;
  if (host === undefined || database === undefined || user === undefined) {
    return { kind: "embedded", directory: `${env.OURA_DATA_DIR.replace(/\/+$/, "")}/database` };
  }
  const password = env.DB_PASSWORD ?? "";
  return { kind: "parts", host, port: env.DB_PORT, database, user, password };
}
