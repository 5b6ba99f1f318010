/** Where the database is. Made by the settings, read by `lib/db/driver/open.ts`. */
export type ConnectionSettings =
  /** A libpq URL: `postgres://user:password@host:5432/database?sslmode=verify-full`. */
  | { kind: "url"; url: string }
  /** The same in parts; a `host` that starts with `/` is the directory of a unix socket. */
  | {
    kind: "parts";
    host: string;
    port: number;
    database: string;
    user: string;
    password: string;
  }
  /** PGlite inside this process; all its files are in `directory`. */
  | { kind: "embedded"; directory: string };
