/** The loop of `sync --every` in a process of its own: every run fails, and the pause is short. */
import { repeat } from "../../commands/sync/repeat.ts";
import { systemTerminal } from "../../commands/_cli/terminal.ts";
import { DatabaseError } from "../../lib/errors.ts";

const PAUSE_MS = 200;

Deno.exit(
  await repeat(
    PAUSE_MS,
    systemTerminal,
    () => Promise.reject(new DatabaseError("DATABASE_UNREACHABLE", "the database is gone")),
  ),
);
