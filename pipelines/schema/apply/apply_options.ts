/** What `apply` is told, and what it tells. */
import type { HeldLease } from "../../../lib/db/store/leases.ts";
import type { Life } from "../../../lib/process/process_lock.ts";
import type { RefillCounts } from "../refill/pass.ts";
import type { Step } from "../plan/step.ts";

/** How `apply` and `applyAdditive` go about it. */
export interface ApplyOptions {
  /** Names this process to others. @default its id and a random part */
  holder?: string;
  /** Whether a holder still runs, where that can be told. */
  lifeOf?: (holder: string) => Promise<Life>;
  /** How long to wait for another process, in milliseconds. @default 20000 */
  waitMs?: number;
  /** Told once when another process is at work. */
  onWait?: (other: HeldLease) => void;
  onStep?: (step: Step) => void;
  onRefill?: (progress: RefillProgress) => void;
  /** Rows of a refill per transaction. */
  batchRows?: number;
  signal?: AbortSignal;
}

/** How far the refill of a table has come. */
export interface RefillProgress extends RefillCounts {
  readonly table: string;
}

/** What was done. */
export interface ApplyReport {
  readonly applied: readonly Step[];
  /** Steps that were skipped, because they destroy data and that was not allowed. */
  readonly pending: readonly Step[];
  readonly refills: readonly (RefillProgress & { readonly done: boolean })[];
}
