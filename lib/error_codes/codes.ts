/** All error codes: one cause per code. `docs/troubleshooting.md` is made of these tables. */
import { BUG_CODES } from "./bug_codes.ts";
import { BUSY_CODES } from "./busy_codes.ts";
import { DATABASE_CODES } from "./database_codes.ts";
import { LIBRARY_CODES } from "./library_codes.ts";
import { OURA_CODES } from "./oura_codes.ts";
import { PAGE_CODES } from "./page_codes.ts";
import { PARTIAL_CODES } from "./partial_codes.ts";
import { SCHEMA_CODES } from "./schema_codes.ts";
import { SIGN_IN_CODES } from "./sign_in_codes.ts";
import { TOKEN_STORE_CODES } from "./token_store_codes.ts";
import { USAGE_CODES } from "./usage_codes.ts";

/** The tables by kind, in the order of the documentation. */
export const CODE_TABLES = {
  usage: USAGE_CODES,
  schema: SCHEMA_CODES,
  token_store: TOKEN_STORE_CODES,
  sign_in: SIGN_IN_CODES,
  partial: PARTIAL_CODES,
  database: DATABASE_CODES,
  oura: OURA_CODES,
  busy: BUSY_CODES,
  bug: BUG_CODES,
  library: LIBRARY_CODES,
  page: PAGE_CODES,
} as const;

/** Every stable code with its cause and its fix. */
export const ERROR_CODES = {
  ...USAGE_CODES,
  ...SCHEMA_CODES,
  ...TOKEN_STORE_CODES,
  ...SIGN_IN_CODES,
  ...PARTIAL_CODES,
  ...DATABASE_CODES,
  ...OURA_CODES,
  ...BUSY_CODES,
  ...BUG_CODES,
  ...LIBRARY_CODES,
  ...PAGE_CODES,
} as const;

/** A stable, upper-case identifier of what went wrong, such as `CONFIG_INVALID`. */
export type ErrorCode = keyof typeof ERROR_CODES;
