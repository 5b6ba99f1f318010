import type { CodeTable } from "./code_table.ts";

/** A bug: exit code 1. */
export const BUG_CODES = {
  BUG: {
    cause: "The program has a bug (only in `--json`). Standard error has the details.",
    fix: "Report these lines.",
  },
} as const satisfies CodeTable;
