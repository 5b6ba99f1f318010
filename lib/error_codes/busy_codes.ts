import type { CodeTable } from "./code_table.ts";

/** Another process is doing the work: exit code 75. */
export const BUSY_CODES = {
  ALL_BUSY: {
    cause: "Another process, which the message names, is syncing everything that was requested.",
    fix: "Wait for it.",
  },
  FORGET_BUSY: {
    cause: "A sync of the wearer that `forget` is to delete is running.",
    fix: "Wait for it, or stop it.",
  },
  CITUS_BUSY: {
    cause: "A sync is running while `migrate --citus` is to move the tables.",
    fix: "Stop every schedule and worker, and wait for the syncs that run.",
  },
  APPLY_BUSY: { cause: "Another process is changing the tables.", fix: "Wait for it." },
} as const satisfies CodeTable;
