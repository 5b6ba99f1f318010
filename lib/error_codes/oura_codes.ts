import type { CodeTable } from "./code_table.ts";

/** Oura: exit code 6. */
export const OURA_CODES = {
  OURA_UNREACHABLE: {
    cause: "There is no connection to Oura, or no response in time.",
    fix: "Check the network. Run the command again.",
  },
  OURA_SERVER_ERROR: {
    cause: "Oura keeps answering with a server error (5xx).",
    fix: "Run the command again later. See <https://status.ouraring.com>.",
  },
  OURA_RATE_LIMITED: {
    cause: "Oura limits the rate (429) for longer than `--patience`.",
    fix: "Run the command again later.",
  },
  OURA_BAD_ANSWER: {
    cause: "Oura's response is not JSON, has no envelope, or repeats its pages.",
    fix: "Run the command again. If the error persists, report it.",
  },
  OURA_API: {
    cause: "After a sign-in, Oura did not say who signed in.",
    fix: "Run `auth login` again later.",
  },
} as const satisfies CodeTable;
