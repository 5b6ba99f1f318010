/** What people call the wearers: labels, such as the pseudonyms of a study. */
import { UsageError } from "../../errors.ts";
import type { Database, Queryable } from "../driver/database.ts";
import { quoteIdentifier } from "../driver/identifiers.ts";
import { retryTransaction } from "../driver/retry_transaction.ts";
import { mayRead } from "./readable.ts";
import { command } from "../../program_command.ts";

/** Harmless in a terminal, an address, a file name, a CSV and a Prometheus label. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

/**
 * Returns the label if it can be one.
 * @throws {UsageError} `BAD_LABEL`, when it has other characters than letters, digits, `.`, `_` and
 *   `-`, or is too long.
 */
export function checkLabel(label: string): string {
  if (LABEL.test(label)) return label;
  throw new UsageError("BAD_LABEL", "the label is not 1 to 40 letters, digits, dots, _ or -", {
    hint: "Begin with a letter or digit, such as --label P-017.",
  });
}

/** Labels by wearer; none for a role that may not read them. */
export async function readLabels(db: Queryable): Promise<Map<string, string>> {
  if (!await mayRead(db, "wearers")) return new Map();
  const { rows } = await db.query<{ user_id: string; label: string }>(
    "SELECT user_id, label FROM oura.wearers WHERE label IS NOT NULL ORDER BY label, user_id",
  );
  return new Map(rows.map(({ user_id, label }) => [user_id, label]));
}

/**
 * The wearer that a person means: the owner of the label, else the name itself as an id.
 * @throws {UsageError} `AMBIGUOUS_WEARER`, when it is the label of one wearer and the id of another.
 */
export async function wearerNamed(db: Queryable, name: string): Promise<string> {
  const owner = ownerOf(await readLabels(db), name);
  if (owner === undefined || owner === name) return name;
  if (!await isKnownWearer(db, name)) return owner;
  throw new UsageError(
    "AMBIGUOUS_WEARER",
    `${name} is the id of one wearer and the label of another`,
    { hint: `Give that wearer another label with ${command("wearers set")}.` },
  );
}

/** The wearer with this label, in whatever case. */
export function ownerOf(labels: ReadonlyMap<string, string>, label: string): string | undefined {
  const wanted = label.toLowerCase();
  return [...labels].find(([, held]) => held.toLowerCase() === wanted)?.[0];
}

/**
 * Gives a wearer a label, or takes it away.
 * @throws {UsageError} `LABEL_TAKEN`, when another wearer has it, or has it as an id.
 */
export async function setLabel(
  db: Database,
  userId: string,
  label: string | null,
  now: Date,
): Promise<void> {
  await retryTransaction(db, (tx) => assignLabel(tx, userId, label, now));
}

/** The same within a transaction. */
export async function assignLabel(
  tx: Queryable,
  userId: string,
  label: string | null,
  now: Date,
): Promise<void> {
  await lockLabels(tx);
  if (label !== null) {
    const owner = ownerOf(await readLabels(tx), label);
    if ((owner ?? userId) !== userId || (label !== userId && await isKnownWearer(tx, label))) {
      throw new UsageError("LABEL_TAKEN", `${label} is the label or the id of another wearer`, {
        hint: `${command("wearers list")} shows the labels. They may not differ by case only.`,
      });
    }
  }
  await tx.query(
    `INSERT INTO oura.wearers (user_id, label, created_at, updated_at) VALUES ($1, $2, $3, $3)
    ON CONFLICT (user_id) DO UPDATE SET label = excluded.label, updated_at = excluded.updated_at`,
    [userId, label, now],
  );
}

/** Two programs could else find a label free at the same time. Ends with the transaction. */
export async function lockLabels(tx: Queryable): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('oura-sync labels'), hashtext($1))", [
    tx.schema,
  ]);
}

/** Whether this is the id of a wearer who signed in or was synced, as far as the role may know. */
export async function isKnownWearer(db: Queryable, userId: string): Promise<boolean> {
  const places = ["sync_runs", ...(await mayRead(db, "oauth_tokens") ? ["oauth_tokens"] : [])];
  for (const table of places) {
    const sql = `SELECT 1 FROM oura.${quoteIdentifier(table)} WHERE user_id = $1 LIMIT 1`;
    if ((await db.query(sql, [userId])).rows.length > 0) return true;
  }
  return false;
}
