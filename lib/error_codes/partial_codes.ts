import type { CodeTable } from "./code_table.ts";

/** The run is done in part: exit code 4. */
export const PARTIAL_CODES = {
  TYPES_FAILED: {
    cause: "Some data types failed. The others are loaded.",
    fix: "Run `deno task status` to see the error of each.",
  },
  TOO_MANY_REJECTS: {
    cause:
      "More documents are new in quarantine than `contract.max_rejects` allows. The good rows are loaded.",
    fix: "Run `deno task rejects list`, fix `oura.yaml`, then run `deno task rejects retry`.",
  },
  REJECTS_REMAIN: {
    cause: "Some documents still do not fit after `rejects retry`.",
    fix: "Fix `oura.yaml`, or run `rejects discard`.",
  },
  BAD_ROW: {
    cause: "A document did not fit, and `contract.bad_rows` is `fail`.",
    fix: "Fix the column, or use `quarantine`.",
  },
  NEW_FIELDS: {
    cause: "Oura sent fields the catalog does not know, and `contract.new_fields` is `fail`.",
    fix: "Declare them with `new_field: true`, or use `warn`.",
  },
  SCOPE_NOT_GRANTED: {
    cause: "The wearer did not grant the scope. The data type is skipped (exit code 0).",
    fix: "If you want it, run `auth login` and grant the scope.",
  },
  IMPORT_ONLY: {
    cause: "Oura's API does not serve the data type. It is skipped (exit code 0).",
    fix: "Load it from the account export with `deno task import`.",
  },
  SCOPE_NOT_OFFERED: {
    cause:
      "The legacy portal has no such scope, and Oura refused the data type. It is skipped (exit code 0).",
    fix:
      "No action needed. The program asks again after 30 days or the next sign-in. An app of the new portal can have the scope.",
  },
  REJECTED: {
    cause: "In `gaps`: the documents of the day are in quarantine.",
    fix: "Run `deno task rejects list`.",
  },
  ROWS_MISSING: {
    cause: "In `gaps`: rows that were loaded are no longer in the table.",
    fix: "Run `deno task sync`. It reads these days again.",
  },
  OURA_ACCESS_DENIED: {
    cause: "Oura refuses one data type although others work.",
    fix: "Check the scope at the app and in `auth status`.",
  },
  OURA_APP_OUTDATED: {
    cause: "Oura asks for a newer app on the wearer's phone (426).",
    fix: "Update the Oura app there and open it once. No new sign-in is needed.",
  },
  OURA_MEMBERSHIP: {
    cause: "Oura refuses every data type and `personal_info` (403).",
    fix: "Renew the membership.",
  },
  OURA_PROFILE_REFUSED: {
    cause: "Oura refuses `personal_info` (403), which says whose token it is.",
    fix: "Sign in again with the scope `personal`, or renew the membership.",
  },
  OURA_NOT_FOUND: {
    cause: "Oura has no such document or route (404).",
    fix: "Check `endpoint` in `oura.yaml`.",
  },
  OURA_REQUEST_REFUSED: {
    cause: "Oura refuses the request (400, 422). The message repeats Oura's own words.",
    fix:
      "If the range is too long, reduce `window.chunk` or `defaults.window.chunk`. Otherwise check `endpoint` and `window` in `oura.yaml`.",
  },
  WEBHOOK_HANDSHAKE: {
    cause: "Oura called the address of a subscription, and did not get its challenge back.",
    fix:
      "Run `serve` at the address in `webhooks.url`. `deno task webhooks test` shows what answers.",
  },
  WEBHOOK_TAKEN: {
    cause: "The app has a subscription for the event and data type already.",
    fix: "Run `deno task webhooks ensure`. It changes the subscription.",
  },
  WEBHOOK_NOT_FOUND: {
    cause: "Oura has no subscription with this id, or it belongs to another app.",
    fix: "Run `deno task webhooks list`.",
  },
  WEBHOOK_REFUSED: {
    cause: "Oura refuses to make or change a subscription. The message repeats Oura's own words.",
    fix: "Compare `webhooks` in `oura.yaml` with the app's page at Oura.",
  },
  WEBHOOK_CALLBACK_UNREACHABLE: {
    cause:
      "The public address cannot be reached from this machine. Oura may reach it all the same: many networks do not lead back to their own public address.",
    fix:
      "Run `deno task webhooks test` on a machine in another network, or check DNS, proxy and firewall.",
  },
  WEBHOOK_CALLBACK_WRONG: {
    cause: "Something other than this program's receiver answers at `webhooks.url`.",
    fix:
      "Run `serve` there, with the same `webhooks.url` and `OURA_CLIENT_SECRET`. Until then no subscription is made, changed or deleted.",
  },
  WEBHOOK_SIGNATURE_UNCHECKED: {
    cause: "The address does not answer 401 to an event with a wrong signature.",
    fix: "Point `webhooks.url` to `serve`, which checks signatures.",
  },
  TYPES_BUSY: {
    cause: "`import` skipped data types that another process is syncing or importing.",
    fix: "Run the import again when that process has ended.",
  },
  LEASE_LOST: {
    cause: "The process was suspended for so long that another one took over.",
    fix: "No action needed. Nothing is lost.",
  },
  INTERRUPTED: {
    cause: "The run was stopped by Ctrl-C or a termination signal.",
    fix: "No action needed. The next run continues.",
  },
} as const satisfies CodeTable;
