import type { Pipeline } from "../../config/model.ts";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { RejectFilter } from "../../lib/db/store/rejects.ts";
import type { Terminal } from "../_cli/terminal.ts";

/** What a subcommand of `rejects` gets. */
export interface RejectsContext {
  readonly terminal: Terminal;
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  readonly db: Database;
  /** False before the first sync, for commands that only look. */
  readonly hasTables: boolean;
  readonly filter: Omit<RejectFilter, "ids">;
  readonly json: boolean;
}
