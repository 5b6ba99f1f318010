/** The error codes as the troubleshooting page shows them: a table for each kind. */
import { CODE_TABLES } from "../../lib/error_codes/codes.ts";
import { type Block, markdownTable } from "./blocks.ts";

/** A block for each table of codes: `error-codes-sign-in` and so on. */
export const ERROR_CODE_BLOCKS: Readonly<Record<string, Block>> = Object.fromEntries(
  Object.entries(CODE_TABLES).map(([kind, table]) => [
    `error-codes-${kind.replaceAll("_", "-")}`,
    () =>
      markdownTable(
        ["code", "cause", "fix"],
        Object.entries(table).map(([code, { cause, fix }]) => [`\`${code}\``, cause, fix]),
      ),
  ]),
);
