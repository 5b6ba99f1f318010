import type { CodeTable } from "./code_table.ts";

/** The database: exit code 5, or 4 where only the table of one data type is concerned. */
export const DATABASE_CODES = {
  DATABASE_UNREACHABLE: {
    cause: "No server responds.",
    fix: "Start the server. Check host, port and firewall.",
  },
  DATABASE_AUTHENTICATION: {
    cause: "The server refuses the user or the password.",
    fix: "Check both, and `pg_hba.conf`.",
  },
  DATABASE_TLS: {
    cause: "The program and the server could not agree on TLS.",
    fix: "Check `sslmode`, `sslrootcert` and the server's certificate.",
  },
  DATABASE_MISSING: { cause: "The database does not exist.", fix: "Create it: `createdb oura`." },
  DATABASE_TOO_OLD: {
    cause: "The server is older than PostgreSQL 12.",
    fix: "Use a newer server.",
  },
  DATABASE_TOO_OLD_FOR_JOBS: {
    cause: "The server is older than PostgreSQL 13, which the job queue needs.",
    fix: "Use a newer server for `serve` and `worker`; `sync` runs on PostgreSQL 12 too.",
  },
  DATABASE_OUTPUT_STYLE: {
    cause: "The server writes dates or numbers in a style that loses information.",
    fix: "Reset the setting the message names.",
  },
  DATABASE_FORBIDDEN: {
    cause: "The role lacks a right.",
    fix: "Grant the right, or connect as the owner of the schema.",
  },
  DATABASE_OBJECT_MISSING: {
    cause: "A schema, table or column does not exist.",
    fix: "Run `deno task migrate`, then `deno task apply`.",
  },
  DATABASE_READ_ONLY: {
    cause: "The server is a replica, or the session is read-only, as that of `query`.",
    fix: "Connect to the primary. To change data, use `psql`.",
  },
  DATABASE_FULL: {
    cause: "The disk is full, or a quota is used up.",
    fix: "Free disk space. The data is whole, and the next run continues.",
  },
  DATABASE_TOO_MANY_CONNECTIONS: {
    cause: "The server accepts no more connections.",
    fix: "Reduce `--concurrency`, or use PgBouncer.",
  },
  DATABASE_OUT_OF_RESOURCES: {
    cause: "The server is out of memory or another resource.",
    fix: "See the server's log.",
  },
  DATABASE_TIMEOUT: {
    cause: "The statement was cancelled, or exceeded `statement_timeout`.",
    fix: "Increase the timeout for this role.",
  },
  DATABASE_CONNECTION_LOST: {
    cause: "The connection broke more often than the program retries.",
    fix: "Run the command again.",
  },
  DATABASE_CONFLICT: {
    cause: "Other transactions were in conflict more often than the program retries.",
    fix: "Run the command again.",
  },
  DATABASE_TRANSACTION_ABORTED: {
    cause: "A statement followed another one that had failed.",
    fix: "This is a bug, unless it was your own `query`.",
  },
  DATABASE_STATEMENT: {
    cause: "The server does not understand the statement.",
    fix: "Correct the SQL of `query`.",
  },
  DATABASE_VALUE: {
    cause: "A value does not fit its type. The message does not show it.",
    fix: "Correct the expression of `query`.",
  },
  DATABASE_CONSTRAINT: {
    cause: "A row violates a constraint of the table.",
    fix: "Remove constraints you added, or report a bug.",
  },
  DATABASE_UNIQUE: {
    cause: "A row violates a unique constraint of the table.",
    fix: "Remove constraints you added, or report a bug.",
  },
  DATABASE_TRIGGER: {
    cause: "A trigger or function of yours raised an exception.",
    fix: "See the server's log, and change the trigger.",
  },
  DATABASE_REFUSED: {
    cause: "The server refuses the statement for another reason. The message names the SQLSTATE.",
    fix: "Look it up in appendix A of PostgreSQL's manual.",
  },
  DATABASE_DIRECTORY_UNWRITABLE: {
    cause: "The directory or the disk of the embedded database cannot be written.",
    fix: "Correct its permissions or its mount, or set `OURA_DATA_DIR`.",
  },
  DATABASE_LOCKED: {
    cause: "Another process, which the message names, had the database open for 10 seconds.",
    fix: "Wait for it, or use a server for several processes.",
  },
  DATABASE_EMBEDDED: {
    cause: "The embedded database cannot be opened, or it ended.",
    fix:
      "Run the command again. If that fails, restore the directory from a backup, or move it away.",
  },
  DATABASE_COPIED_IN_USE: {
    cause: "The directory is a copy taken while the database was in use, and is damaged.",
    fix: "Stop the program, then copy the whole directory again.",
  },
  MIGRATION_PENDING: {
    cause: "The schema is older than the program, and this command does not migrate.",
    fix: "Run `deno task migrate` as the schema owner.",
  },
  MIGRATION_NEWER: {
    cause: "A newer version of the program created the tables.",
    fix: "Use that version.",
  },
  MIGRATION_EDITED: {
    cause: "The database was created before the first release. Released migrations never change.",
    fix: "Put the schema aside as the message says, and sync into a new one.",
  },
} as const satisfies CodeTable;
