import type { CodeTable } from "./code_table.ts";

/** Signing in: exit code 3, or 2 where the app or an option is wrong. */
export const SIGN_IN_CODES = {
  NOT_SIGNED_IN: {
    cause: "No wearer, or not this wearer, has signed in.",
    fix: "Run `auth login`.",
  },
  WEARER_FORGOTTEN: {
    cause: "The wearer was forgotten, or signed out, while a run was about to begin.",
    fix: "Nothing. To sync the wearer again, run `auth login`.",
  },
  SIGN_IN_EXPIRED: {
    cause: "Oura no longer accepts the grant. The message says why.",
    fix: "Run `auth login`.",
  },
  OURA_TOKEN_REFUSED: {
    cause: "Oura refuses the access token on every route (401).",
    fix: "Run `auth login`, or set a new `OURA_ACCESS_TOKEN`.",
  },
  APP_MISSING: {
    cause: "The client id or the client secret of the app is not set.",
    fix: "Set `OURA_CLIENT_ID` and `OURA_CLIENT_SECRET`.",
  },
  APP_UNKNOWN: {
    cause: "Oura does not know the app, or not with this redirect URI.",
    fix: "Compare the client id and the redirect URI with the app's page at Oura.",
  },
  APP_REFUSED: {
    cause:
      "Oura does not accept the client id and client secret. The sign-in is kept (exit code 2).",
    fix: "If you renewed the secret at Oura, set the new one as `OURA_CLIENT_SECRET`.",
  },
  APP_CHANGED: {
    cause: "The wearer signed in through another app than the one in the settings.",
    fix:
      "Set the previous `OURA_CLIENT_ID` and secret again, or run `auth login` with the new app.",
  },
  SIGN_IN_CODE: {
    cause: "The authorization code was used before, or is older than ten minutes.",
    fix: "Run `auth login` again.",
  },
  SIGN_IN_DENIED: {
    cause: "Access was denied on Oura's consent page.",
    fix: "Run `auth login` again. You may deselect individual scopes.",
  },
  SIGN_IN_REFUSED: {
    cause: "Oura's page ended with another error. The message names it.",
    fix: "Do what the message says.",
  },
  SIGN_IN_REDIRECT: {
    cause: "The redirect belongs to another attempt, or has no code.",
    fix: "Open the latest address the program printed.",
  },
  SIGN_IN_PASTE: {
    cause: "The pasted text contains no authorization code.",
    fix: "Paste the whole address at which the browser ended.",
  },
  SIGN_IN_ISSUER: {
    cause: "The redirect names an issuer that is not Oura.",
    fix: "Stop. Start again with the address the program prints.",
  },
  SIGN_IN_ENDPOINT: {
    cause:
      "The database names a token server for this sign-in that is neither Oura's nor in `OURA_TOKEN_URL` or `OURA_REVOKE_URL`.",
    fix: "If the server is yours, set these two variables. Otherwise run `auth login` again.",
  },
  JOIN_OTHER_ACCOUNT: {
    cause:
      "A participant signed in with another Oura account than the one that the label of the link belongs to, or with one that has another label. Nothing was stored, and the link can be used again.",
    fix:
      "Ask the participant which account is right, or correct the labels with `deno task wearers set`.",
  },
  JOIN_LINK_USED: {
    cause: "Two people finished a sign-in with one link at the same time. The first one counts.",
    fix: "Send the other person their own link: `deno task auth invite`.",
  },
  SIGN_IN_URL: {
    cause: "One of the addresses of the sign-in cannot be used.",
    fix: "Correct `OURA_AUTHORIZE_URL`, `OURA_TOKEN_URL` or `OURA_REVOKE_URL`.",
  },
  SIGN_IN_REDIRECT_URI: {
    cause: "The program cannot listen at `OURA_REDIRECT_URI`.",
    fix: "Use an address on localhost, or `--no-browser`.",
  },
  SIGN_IN_PORT_IN_USE: {
    cause: "Another program listens on the port of the redirect URI.",
    fix: "Stop that program, or use `--no-browser`.",
  },
  SIGN_IN_PORT: {
    cause: "The port of the redirect URI cannot be opened.",
    fix: "Use a port above 1023, or `--no-browser`.",
  },
  SIGN_IN_NO_BROWSER: {
    cause: "No browser could be opened, there is no terminal, and standard input is empty.",
    fix: "Pipe the redirect URL in, or run the command in a terminal.",
  },
  SIGN_IN_TIMEOUT: {
    cause: "The sign-in in the browser timed out.",
    fix: "Run `auth login` again.",
  },
  SIGN_IN_NO_ACCESS: {
    cause: "Oura granted access, and then refused the data.",
    fix: "Check that the Oura membership is active.",
  },
  SIGN_IN_ANSWER: {
    cause: "Oura's token endpoint sent an unusable response.",
    fix: "Try again later.",
  },
  SIGN_IN_KEPT: {
    cause: "The database was gone when a refreshed pair was to be stored. The pair is in a file.",
    fix: "Fix the database, then run any command on the same machine.",
  },
  SIGN_IN_LOST: {
    cause: "Neither the database nor the disk could store the refreshed pair.",
    fix: "Fix both, then run `auth login`.",
  },
  SIGN_OUT: {
    cause: "Oura did not confirm that the grant is revoked. The grant was kept.",
    fix: "Run `auth logout` again later.",
  },
  TOKEN_REFRESH: {
    cause: "The refresh had no clear outcome. The sign-in is kept.",
    fix: "Run the command again.",
  },
  TOKEN_REFRESH_STUCK: {
    cause: "The program timed out waiting for another process to refresh the token.",
    fix: "Run the command again.",
  },
  TOKEN_REFRESH_IN_PROGRESS: {
    cause: "Another process is refreshing a token, so `auth rotate-key` cannot start.",
    fix: "Run it again in a minute.",
  },
  DEMO_SIGN_IN: {
    cause: "The simulator did not approve the demo's sign-in.",
    fix: "This is a bug: please report it.",
  },
} as const satisfies CodeTable;
