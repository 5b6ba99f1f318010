/** How far a failed statement reaches: one table, or the connection and the server behind it. */
import { SqlError } from "./errors.ts";

/**
 * Classes and codes of failures that every other statement would meet too: connection, transaction
 * state, sign-in, missing database, resources, operator intervention, system and internal errors.
 * Source: PostgreSQL manual, appendix A.
 */
const SERVER_STATES = ["08", "25", "28", "3D", "53", "57P", "58", "F0", "XX"] as const;

/**
 * Whether a failure concerns one table only: a constraint, a missing right, a lock, a trigger, a
 * value. Work on other tables can go on.
 */
export function isTableTrouble(error: unknown): error is SqlError {
  if (!(error instanceof SqlError) || error.sqlState === null) return false;
  const { sqlState } = error;
  return !SERVER_STATES.some((state) => sqlState.startsWith(state));
}
