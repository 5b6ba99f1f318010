/**
 * The hono app of `serve`: what the world may call. It answers under any host, since proxies and
 * tunnels send theirs; the dashboard is no part of it.
 */
import { Hono } from "hono";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { messageOf } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { securityHeaders } from "../guard.ts";
import { metrics } from "../metrics.ts";
import { isSameText } from "../same_text.ts";
import { openData } from "../wearer_data.ts";
import { receiver, type ReceiverOptions } from "./receiver.ts";

/** What the app serves from. */
export interface ReceiverAppOptions extends ReceiverOptions {
  readonly pipeline: Pipeline;
  /** Asked of `/metrics`; null hides them. */
  readonly metricsToken: string | null;
  /** The routes of participants' sign-in links, with headers of their own. @default None */
  readonly join?: Hono | null;
}

const HEALTH_MS = 3_000;

/** Makes the app. It listens to nothing by itself: pass `app.fetch` to `Deno.serve`. */
export function createReceiverApp(options: ReceiverAppOptions): Hono {
  const { db, pipeline, metricsToken, now = () => new Date() } = options;
  const app = new Hono();
  // First, so that its pages keep their own policy, which allows their form.
  if (options.join) app.route("/", options.join);
  app.use(securityHeaders());
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  const health = healthOf(db);
  app.get(
    "/healthz",
    async (c) => await health() ? c.json({ status: "ok" }) : c.json({ status: "no database" }, 503),
  );
  // A proxy on the same machine makes the world look local, so an address proves nothing here.
  app.use("/metrics", async (c, next) => {
    const given = c.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
    if (metricsToken === null || !isSameText(given, metricsToken)) return c.notFound();
    return await next();
  });
  app.route("/", metrics(openData({ db, pipeline, now })));
  app.route("/", receiver(options));
  app.notFound((c) => c.json({ refused: "there is nothing at this address" }, 404));
  app.onError((error, c) => {
    loggerOf("webhooks").error("A request failed: {reason}", { reason: messageOf(error) });
    return c.json({ refused: "failed" }, 503, { "Retry-After": "30" });
  });
  return app;
}

/** Asks the database whether it is there: one question at a time, however many ask. */
function healthOf(db: Database): () => Promise<boolean> {
  let asking: Promise<boolean> | null = null;
  return async () => {
    asking ??= db.query("SELECT 1").then(() => true, () => false).finally(() => asking = null);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), HEALTH_MS);
    try {
      return await Promise.race([asking, promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
