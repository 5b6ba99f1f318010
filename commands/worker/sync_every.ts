/** `--sync-every` of the commands that run jobs. */
import { Option } from "commander";
import { durationOption } from "../sync/options.ts";

/** More often than this, a wearer without news would use up the rate limit for nothing. */
const LEAST_SYNC_MS = 5 * 60_000;

/** The option. */
export function syncEveryFlag(): Option {
  return new Option(
    "--sync-every <time>",
    "sync each wearer at this interval (5m to 24h), spread evenly; `never` leaves it to webhooks",
  ).default("6h");
}

/**
 * Its value in milliseconds; null for `never`.
 * @throws {UsageError} When it is no duration in the range.
 */
export function syncEveryOption(value: string): number | null {
  return value === "never" ? null : durationOption("--sync-every", value, LEAST_SYNC_MS);
}
