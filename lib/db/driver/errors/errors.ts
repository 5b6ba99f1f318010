/**
 * What a database can answer, in our words. A server's own text is repeated only where it cannot
 * hold a stored value: `detail`, `where` and the messages of class 22 quote values and are dropped.
 */
import type { ErrorCode } from "../../../error_codes/codes.ts";
import { DatabaseError, type HintOptions, messageOf, OuraSyncError } from "../../../errors.ts";
import { firstFailure, networkFailure } from "./network_errors.ts";
import { poolerFailure } from "./pooler_errors.ts";
import { command } from "../../../program_command.ts";

/** Facts about a failed statement that code acts on. */
export interface SqlErrorFacts {
  /** Five characters from PostgreSQL's appendix A; null when the server never answered. */
  sqlState: string | null;
  /** Whether the same transaction, tried again from its start, may succeed. */
  retryable: boolean;
  /** The violated constraint, where the server names one. */
  constraint?: string | undefined;
  /** The table and the column that the failure concerns, where the server names them. */
  table?: string | undefined;
  column?: string | undefined;
}

/** A statement or a connection failed. `code` says which kind, `sqlState` exactly which. */
export class SqlError extends DatabaseError {
  readonly sqlState: string | null;
  readonly retryable: boolean;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    facts: SqlErrorFacts,
    options: HintOptions = {},
  ) {
    super(code, message, options);
    this.sqlState = facts.sqlState;
    this.retryable = facts.retryable;
    this.constraint = facts.constraint;
    this.table = facts.table;
    this.column = facts.column;
  }
}

/** SQLSTATE of a statement that was cancelled. */
export const CANCELLED = "57014";
/** SQLSTATE of a key that is there already. */
export const UNIQUE_VIOLATION = "23505";
/** SQLSTATE of a character that the encoding of the database cannot store. */
export const UNTRANSLATABLE = "22P05";
/** SQLSTATE of a table that does not exist. */
export const UNDEFINED_TABLE = "42P01";
/** SQLSTATE of a column that does not exist. */
export const UNDEFINED_COLUMN = "42703";

/** Whether a statement failed with this SQLSTATE. */
export function hasSqlState(error: unknown, sqlState: string): error is SqlError {
  return error instanceof SqlError && error.sqlState === sqlState;
}

interface Kind {
  code: ErrorCode;
  retryable?: boolean;
  hint?: string;
  /** Replaces the server's text, which may quote a value. */
  text?: string;
}

/** By SQLSTATE, then by its class (the first two characters). */
const KINDS: Readonly<Record<string, Kind>> = {
  "08": { code: "DATABASE_CONNECTION_LOST", retryable: true },
  "57P01": { code: "DATABASE_CONNECTION_LOST", retryable: true },
  "57P02": { code: "DATABASE_CONNECTION_LOST", retryable: true },
  "57P03": {
    code: "DATABASE_UNREACHABLE",
    retryable: true,
    hint: "The server is starting or stopping; try again in a moment.",
  },
  "57P05": { code: "DATABASE_CONNECTION_LOST", retryable: true },
  "22": {
    code: "DATABASE_VALUE",
    text: "a value does not fit its column or expression",
  },
  "23": { code: "DATABASE_CONSTRAINT" },
  [UNIQUE_VIOLATION]: { code: "DATABASE_UNIQUE" },
  "25006": {
    code: "DATABASE_READ_ONLY",
    hint: "Connect to the primary server, or switch off default_transaction_read_only.",
  },
  // A pause of the program, such as a laptop that slept, outlasted the server's patience.
  "25P03": { code: "DATABASE_CONNECTION_LOST", retryable: true },
  "25P02": { code: "DATABASE_TRANSACTION_ABORTED" },
  "28": {
    code: "DATABASE_AUTHENTICATION",
    hint: "Check user, password and sslmode in DATABASE_URL, and the server's pg_hba.conf.",
  },
  "3D000": {
    code: "DATABASE_MISSING",
    hint: "Create it (CREATE DATABASE …) or correct the name in DATABASE_URL.",
  },
  "3F000": {
    code: "DATABASE_OBJECT_MISSING",
    hint: `Run ${command("migrate")} to create the schema.`,
  },
  "40": { code: "DATABASE_CONFLICT", retryable: true },
  "55P03": { code: "DATABASE_CONFLICT", retryable: true },
  "42501": {
    code: "DATABASE_FORBIDDEN",
    hint: "Grant the role the right that the message names, or connect as the owner of the schema.",
  },
  [UNDEFINED_COLUMN]: {
    code: "DATABASE_OBJECT_MISSING",
    hint: `Run ${command("plan")} to see what the database lacks, ${command("apply")} to add it.`,
  },
  [UNDEFINED_TABLE]: {
    code: "DATABASE_OBJECT_MISSING",
    hint: `Run ${command("migrate")}, then ${command("apply")}, to create it.`,
  },
  "42": { code: "DATABASE_STATEMENT" },
  "54": {
    code: "DATABASE_REFUSED",
    hint:
      "Something is larger than PostgreSQL allows. Where an index is named, take `index: true` " +
      "from its column in oura.yaml.",
  },
  // The text of a user's own trigger may quote the row.
  "P0": {
    code: "DATABASE_TRIGGER",
    text: "a trigger or function of the database raised an exception",
    hint: "See the server's log for its message; change the trigger, or take it off the table.",
  },
  "53": { code: "DATABASE_OUT_OF_RESOURCES", hint: "The server has run out of a resource." },
  "53100": {
    code: "DATABASE_FULL",
    hint: "Free space on the database's disk; the next run goes on where this one stopped.",
  },
  "53300": {
    code: "DATABASE_TOO_MANY_CONNECTIONS",
    retryable: true,
    hint: "Lower --concurrency, raise max_connections, or connect through PgBouncer.",
  },
  [CANCELLED]: {
    code: "DATABASE_TIMEOUT",
    hint: "The statement was cancelled or ran into the server's statement_timeout.",
  },
};

const UNKNOWN_KIND: Kind = { code: "DATABASE_REFUSED" };

/** What both drivers' error objects carry, as far as it is read here. */
interface ServerError {
  code: string;
  message: string;
  constraint?: string;
  table?: string;
  column?: string;
}

/**
 * Turns whatever a driver threw into a {@linkcode SqlError}. Programming errors (a TypeError, say)
 * come back as they are.
 * @param label The database, for people; never with a password.
 */
export function toDatabaseError(error: unknown, label: string): unknown {
  if (error instanceof OuraSyncError) return error;
  if (isServerError(error)) {
    const kind: Kind = poolerFailure(error) ?? policyFailure(error) ?? KINDS[error.code] ??
      KINDS[error.code.slice(0, 2)] ??
      UNKNOWN_KIND;
    const facts = {
      sqlState: error.code,
      retryable: kind.retryable === true,
      constraint: error.constraint,
      table: error.table,
      column: error.column,
    };
    const message = `${label}: ${kind.text ?? error.message} (SQLSTATE ${error.code})`;
    // No cause: the driver's object holds the values that are kept out of the message.
    return new SqlError(kind.code, message, facts, kind.hint === undefined ? {} : kind);
  }
  const failure = networkFailure(error);
  if (!failure) return error;
  const { code, retryable, hint } = failure;
  const facts = { sqlState: null, retryable };
  return new SqlError(code, `${label}: ${messageOf(firstFailure(error))}`, facts, {
    hint,
    cause: error,
  });
}

/** Row-level security, which `FORCE` turns on even for the owner of a table. */
function policyFailure({ code, message }: ServerError): Kind | undefined {
  if (code !== "42501" || !/row-level security/.test(message)) return undefined;
  return {
    code: "DATABASE_FORBIDDEN",
    hint:
      "Row-level security keeps this role from its rows. Type ALTER TABLE … NO FORCE ROW LEVEL " +
      "SECURITY for the table that the message names, as its owner, or give the role BYPASSRLS.",
  };
}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    /^[0-9A-Z]{5}$/.test(error.code) && "severity" in error;
}
