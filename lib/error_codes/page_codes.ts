import type { CodeTable } from "./code_table.ts";

/** What the page and `/api` answer, as `{"error": {"code", "message"}}` with an HTTP status. */
export const PAGE_CODES = {
  NO_DATA: {
    cause: "No wearer has synced into this database (404).",
    fix: "Run `deno task auth login`, then `deno task sync`.",
  },
  NOT_FOUND: { cause: "There is no such page (404).", fix: "Start at `/`." },
  BAD_PARAMETER: {
    cause: "A day, a span or a metric of the address is invalid (400).",
    fix: "Correct the parameter that the message names.",
  },
  FOREIGN_HOST: {
    cause: "The request names another machine than this one (421).",
    fix: "Use the address that `dashboard` printed.",
  },
  CROSS_SITE: {
    cause: "Another web site tried to read the page (403).",
    fix: "No action needed: the request was refused.",
  },
  ONLY_READING: {
    cause: "The request has another method than GET and HEAD (405).",
    fix: "Use the commands to change something; the page only reads.",
  },
  PAGE_TOKEN_MISSING: {
    cause: "From another machine, the address was opened without its token (403).",
    fix: "Open the address that `dashboard` printed.",
  },
  SYNC_RUNNING: {
    cause: "A sync, or another program, has the embedded database open (503).",
    fix: "Wait. The page tries again by itself.",
  },
  TOO_MANY_REQUESTS: {
    cause: "More requests arrived at once than the database could answer (503).",
    fix: "Try again.",
  },
} as const satisfies CodeTable;
