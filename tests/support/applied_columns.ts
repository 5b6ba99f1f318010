/** The changes that a first sync with the shipped configuration makes to a migrated database. */
import type { Database } from "../../lib/db/driver/database.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { shippedPipeline } from "./sync_world.ts";

/** Adds the columns of the shipped configuration. */
export async function applyShipped(db: Database): Promise<void> {
  await applyAdditive(db, shippedPipeline(db.schema), { holder: "template" });
}
