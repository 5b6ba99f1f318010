import { DatabaseError } from "../../../errors.ts";
import type { Database } from "../database.ts";

const OLDEST_SERVER = 12;

/** Settings that change how values are written or read, and what `values.ts` takes for granted. */
const OUTPUT_STYLES: Readonly<Record<string, RegExp>> = {
  DateStyle: /^ISO/,
  IntervalStyle: /^(postgres|iso_8601)$/,
  bytea_output: /^hex$/,
  // Without it a null within an array is stored as the text NULL.
  array_nulls: /^on$/,
};

/**
 * Refuses a server whose answers would be misread. Asking beats setting: a pooler in transaction
 * mode would hand the next statement to a session without the setting.
 * @throws {DatabaseError} `DATABASE_TOO_OLD` or `DATABASE_OUTPUT_STYLE`.
 */
export async function checkServer(db: Database): Promise<void> {
  const names = ["server_version_num", ...Object.keys(OUTPUT_STYLES)];
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
  for (const [name, expected] of Object.entries(OUTPUT_STYLES)) {
    const value = settings.get(name) ?? "";
    if (expected.test(value)) continue;
    throw new DatabaseError("DATABASE_OUTPUT_STYLE", `${db.label}: ${name} is ${value}`, {
      hint: `Give this role PostgreSQL's default: ALTER ROLE … SET ${name} TO DEFAULT.`,
    });
  }
}
