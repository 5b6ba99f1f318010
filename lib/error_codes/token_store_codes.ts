import type { CodeTable } from "./code_table.ts";

/** The keys of the token store: exit code 2, or 5 where stored tokens cannot be read. */
export const TOKEN_STORE_CODES = {
  TOKEN_KEY_MISSING: {
    cause: "A server holds tokens, and `OURA_TOKEN_KEY` is not set.",
    fix: "Set the key that encrypted them.",
  },
  TOKEN_KEY_INVALID: {
    cause: "The key is not 32 bytes in base64.",
    fix: "Create one with `openssl rand -base64 32`.",
  },
  TOKEN_KEY_WRONG: {
    cause: "The tokens are encrypted with another key. The message names the ids of both.",
    fix: "Set the right key. If it is lost, run `auth login`.",
  },
  TOKEN_KEY_FILE: {
    cause: "The key file of the embedded database is damaged.",
    fix: "Restore it. If it is lost, remove it and run `auth login`.",
  },
  TOKEN_KEY_PREVIOUS: {
    cause: "`auth rotate-key` has no new key to change to.",
    fix: "Follow [The key](sign-in.md#the-key).",
  },
  VAULT_FORMAT: {
    cause: "A newer version of the program stored the tokens.",
    fix: "Use that version.",
  },
  VAULT_ALTERED: {
    cause: "A stored token or its endpoints were changed, or copied from another row.",
    fix: "Restore `oauth_tokens`, or run `auth login`.",
  },
} as const satisfies CodeTable;
