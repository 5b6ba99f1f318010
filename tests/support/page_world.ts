/** A wearer with a story, synced, as the page and the reports show it. */
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { openSource, type Source, tablesOf } from "../../reports/metrics/source.ts";
import { demoWearer, type RunningSimulator, type UserSpec } from "../../simulator/mod.ts";
import { failures, shippedPipeline, syncWearer, withSimulator } from "./sync_world.ts";

/** A wearer who flies over the date line, there and back, in November 2026. */
export const FLYER = {
  id: "flyer",
  zone: "Europe/London",
  trips: [
    { from: "2026-11-10", to: "2026-11-16", zone: "Pacific/Honolulu" },
    { from: "2026-11-17", to: "2026-11-21", zone: "Pacific/Tongatapu" },
  ],
};

/** The present of all these tests: a Wednesday, half past two in the afternoon in Berlin. */
export const NOW = "2026-11-25T13:20:00Z";
/** The day of {@linkcode NOW}. */
export const TODAY = "2026-11-25";
/** The wearer of the demo. */
export const WEARER = "demo-wearer";

/** What is synced. */
export interface PageWorld {
  /** Days of history. */
  readonly days: number;
  /** Days of heart rate, which has most of the rows. */
  readonly heartDays?: number;
  /** @default The demo's wearer */
  readonly users?: readonly UserSpec[];
  /** @default The shipped one */
  readonly pipeline?: Pipeline;
}

/** Syncs a world into the database, and goes on with both. */
export async function withPageWorld(
  db: Database,
  { days, heartDays = Math.min(days, 10), users, pipeline }: PageWorld,
  body: (page: { oura: RunningSimulator; pipeline: Pipeline }) => Promise<void>,
): Promise<void> {
  const wearers = users ?? [demoWearer(new Date(NOW), days)];
  await withSimulator({ days, now: NOW, users: wearers }, async (oura) => {
    const shipped = pipeline ?? shippedPipeline(db.schema, days);
    const short = {
      ...shipped,
      types: shipped.types.map((type) =>
        type.window.by === "datetime"
          ? { ...type, window: { ...type.window, initialDays: heartDays } }
          : type
      ),
    };
    for (const { id } of oura.world.wearers) {
      const failed = failures(await syncWearer(oura, db, id, { pipeline: short }));
      if (failed.length > 0) throw new Error(failed.join("\n"));
    }
    // PGlite has no autovacuum, and without statistics its plans are poor.
    await db.exec("ANALYZE");
    await body({ oura, pipeline: short });
  });
}

/** The data of a wearer at the present of these tests. */
export async function sourceOf(
  db: Database,
  pipeline: Pipeline,
  userId = WEARER,
  now = NOW,
): Promise<Source> {
  return await openSource(db, await tablesOf(db, pipeline), userId, new Date(now));
}
