/** The one hono app of everything this program serves to people and monitors. */
import { Hono } from "hono";
import type { PipelineSource } from "../config/changing_pipeline.ts";
import type { Pipeline } from "../config/model.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { OuraSyncError } from "../lib/errors.ts";
import { api } from "./api.ts";
import { pages } from "./dashboard/pages.ts";
import { RequestError } from "./errors.ts";
import { onlyOwnHost, onlyWithToken, securityHeaders } from "./guard.ts";
import { metrics } from "./metrics.ts";
import { openData } from "./wearer_data.ts";

/** What the app serves from, and to whom. */
export interface AppOptions {
  readonly db: Database;
  readonly pipeline: Pipeline;
  /** The configuration in force while it serves. @default `pipeline` */
  readonly source?: PipelineSource;
  /** The address it listens on, for the check of the `Host` header. */
  readonly hostname: string;
  /** Asked of every request; null on loopback. */
  readonly token: string | null;
  /** The only wearer to be shown. */
  readonly userId?: string | undefined;
  /** @default The clock */
  readonly now?: () => Date;
  /** Hears of failures that are bugs or the database's. */
  readonly onError?: (error: unknown) => void;
}

/** Makes the app. It listens to nothing by itself: pass `app.fetch` to `Deno.serve`. */
export function createApp(options: AppOptions): Hono {
  const { db, pipeline, source, hostname, token, userId, now = () => new Date() } = options;
  const data = openData({ db, pipeline, source, now, userId });
  const app = new Hono();
  app.use(securityHeaders());
  app.use(onlyOwnHost(hostname));
  app.get("/healthz", async (c) => {
    await db.query("SELECT 1");
    return c.json({ status: "ok" });
  });
  if (token !== null) app.use(onlyWithToken(token));
  app.route("/", metrics(data));
  app.route("/api", api(data));
  app.route("/", pages());
  app.notFound((c) =>
    c.json({ error: { code: "NOT_FOUND", message: "there is nothing at this address" } }, 404)
  );
  app.onError((error, c) => {
    if (error instanceof RequestError) {
      const { code, message, status } = error;
      return c.json({ error: { code, message } }, status);
    }
    if (error instanceof OuraSyncError && error.code === "DATABASE_LOCKED") {
      const message = "a sync is writing; this shows again once it is done";
      return c.json({ error: { code: "SYNC_RUNNING", message } }, 503, { "Retry-After": "3" });
    }
    options.onError?.(error);
    // What it says may name tables and values, so only the log has it.
    const code = error instanceof OuraSyncError ? error.code : "BUG";
    return c.json({ error: { code, message: "the data cannot be read at the moment" } }, 500);
  });
  return app;
}
