import type { CodeTable } from "./code_table.ts";

/** Another process is doing the work: exit code 75. */
export const BUSY_CODES = {
  ALL_BUSY: {
    cause: "Another process, which the message names, is syncing everything that was requested.",
    fix: "Wait for it.",
  },
  APPLY_BUSY: { cause: "Another process is changing the tables.", fix: "Wait for it." },
} as const satisfies CodeTable;
