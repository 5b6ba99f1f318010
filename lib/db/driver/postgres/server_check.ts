import { DatabaseError } from "../../../errors.ts";
import { loggerOf } from "../../../log/log.ts";
import type { Database } from "../database.ts";
import { ENCODING_HINT, encodingProblem } from "../repertoire.ts";

const OLDEST_SERVER = 12;
/** What pg-boss needs. */
const OLDEST_JOB_SERVER = 13;

/** Settings that change how values are written or read, and what `values.ts` takes for granted. */
const OUTPUT_STYLES: Readonly<Record<string, { expected: RegExp; normal: string }>> = {
  DateStyle: { expected: /^ISO/, normal: "ISO" },
  IntervalStyle: { expected: /^(postgres|iso_8601)$/, normal: "postgres" },
  bytea_output: { expected: /^hex$/, normal: "hex" },
  // Without it a null within an array is stored as the text NULL.
  array_nulls: { expected: /^on$/, normal: "on" },
};

/**
 * Refuses a server whose answers would be misread, and warns of one that cannot store every document. Asking beats setting: a pooler in transaction
 * mode would hand the next statement to a session without the setting.
 * @throws {DatabaseError} `DATABASE_TOO_OLD` or `DATABASE_OUTPUT_STYLE`.
 */
export async function checkServer(db: Database): Promise<void> {
  const names = ["server_version_num", "server_encoding", ...Object.keys(OUTPUT_STYLES)];
  const { rows } = await db.query<{ name: string; value: string }>(
    "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name",
    [names],
  );
  const settings = new Map(rows.map(({ name, value }) => [name, value]));
  const major = Math.floor(Number(settings.get("server_version_num")) / 10_000);
  if (major < OLDEST_SERVER) {
    throw new DatabaseError("DATABASE_TOO_OLD", `${db.label}: the server is PostgreSQL ${major}`, {
      hint: `PostgreSQL ${OLDEST_SERVER} or newer is needed.`,
    });
  }
  for (const [name, { expected, normal }] of Object.entries(OUTPUT_STYLES)) {
    const value = settings.get(name) ?? "";
    if (expected.test(value)) continue;
    throw new DatabaseError("DATABASE_OUTPUT_STYLE", `${db.label}: ${name} is ${value}`, {
      hint: await styleHint(db, name, normal),
    });
  }
  const problem = encodingProblem(settings.get("server_encoding")!);
  if (problem !== null) {
    loggerOf("database").warn("{label}: {problem}. {hint}", {
      label: db.label,
      problem,
      hint: ENCODING_HINT,
    });
  }
}

/**
 * Refuses a server that cannot hold the job queue. The embedded database always can.
 * @throws {DatabaseError} `DATABASE_TOO_OLD_FOR_JOBS`.
 */
export async function checkJobServer(db: Database): Promise<void> {
  const { rows } = await db.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const problem = jobServerProblem(rows[0]!.version);
  if (problem === null) return;
  throw new DatabaseError("DATABASE_TOO_OLD_FOR_JOBS", `${db.label}: ${problem}`, {
    hint: `PostgreSQL ${OLDEST_JOB_SERVER} or newer is needed for webhooks and workers.`,
  });
}

/** What is wrong with a version (`server_version_num`) for the job queue; null when it will do. */
export function jobServerProblem(version: number): string | null {
  const major = Math.floor(version / 10_000);
  return major < OLDEST_JOB_SERVER ? `the server is PostgreSQL ${major}` : null;
}

/** The statement that works where the setting was made: `SET … TO DEFAULT` goes back to just that. */
async function styleHint(db: Database, name: string, normal: string): Promise<string> {
  const { rows: [found] } = await db.query<{ source: string; role: string; database: string }>(
    `SELECT source, quote_ident(current_user) AS role, quote_ident(current_database()) AS database
    FROM pg_settings WHERE lower(name) = lower($1)`,
    [name],
  );
  const { source, role, database } = found!;
  const reset: Readonly<Record<string, string>> = {
    "database": `ALTER DATABASE ${database} RESET ${name}`,
    "user": `ALTER ROLE ${role} RESET ${name}`,
    "database user": `ALTER ROLE ${role} IN DATABASE ${database} RESET ${name}`,
  };
  if (source === "client") return `Take ${name} out of \`options\` in DATABASE_URL.`;
  const statement = reset[source] ?? `ALTER ROLE ${role} SET ${name} TO '${normal}'`;
  return `Type this in psql, then run again: ${statement};`;
}
