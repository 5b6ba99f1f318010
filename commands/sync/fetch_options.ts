/** The options that `sync` and `backfill` share. */
import { Option } from "commander";
import type { WearerOptions } from "../../pipelines/sync/wearers.ts";
import { typesFlag, userIdFlag } from "../_cli/flags.ts";

/** Options of every command that fetches. */
export interface FetchOptions extends WearerOptions {
  types?: string;
  dryRun?: boolean;
  concurrency: string;
  patience: string;
  json?: boolean;
  apply: boolean;
}

/** The options of every command that fetches, as they are typed. */
export const FETCH_OPTIONS: readonly Option[] = [
  typesFlag(),
  userIdFlag("sync this wearer (default: the first with a valid sign-in)"),
  new Option("--all-users", "sync every signed-in wearer").conflicts("userId"),
  new Option("--dry-run", "show what would be fetched, without fetching or writing"),
  new Option("--concurrency <auto|n>", "requests in flight at once").default("auto"),
  new Option("--patience <duration>", "how long to wait once Oura's rate limit is reached").default(
    "15m",
  ),
  new Option("--no-apply", "do not add the new columns of oura.yaml to the tables"),
];
