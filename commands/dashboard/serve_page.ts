/** Serves the page for a command until it is stopped. */
import { ChangingPipeline } from "../../config/changing_pipeline.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { messageOf } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { isLoopbackHost } from "../../server/guard.ts";
import { createApp } from "../../server/http.ts";
import { openBrowser } from "../auth/browser.ts";
import { listen, urlHost } from "../_cli/listen.ts";
import type { Terminal } from "../_cli/terminal.ts";

/** Where the page is served, and to whom. */
export interface PageOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly hostname: string;
  /** Whether a browser is opened. */
  readonly open: boolean;
  /** The only wearer to be shown. */
  readonly userId?: string | undefined;
}

/**
 * Serves the page, prints its address on standard output, and ends when `signal` is aborted.
 * @throws {UsageError} When the port is taken or the address is not of this machine.
 */
export async function servePage(
  { db, pipeline }: { db: Database; pipeline: Pipeline },
  { port, hostname, open, userId }: PageOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const token = isLoopbackHost(hostname) ? null : newToken();
  const source = new ChangingPipeline(pipeline, (problem) => {
    const facts = { problem: problem.message };
    loggerOf("dashboard").warn(
      "The changed oura.yaml cannot be used; the previous one stays in force: {problem}",
      facts,
    );
  });
  const app = createApp({
    db,
    pipeline,
    source,
    hostname,
    token,
    userId,
    onError: (error) =>
      loggerOf("dashboard").error("A request failed: {reason}", { reason: messageOf(error) }),
  });
  const handler = (request: Request) => app.fetch(request);
  const listener = listen(handler, { hostname, port, signal, atEnd: "cut" });
  const address = `http://${urlHost(hostname)}:${listener.port}/`;
  const url = token === null ? address : `${address}?token=${token}`;
  terminal.out(url);
  terminal.err(`The page is at ${address}. Press Ctrl-C to stop.`);
  if (open) await openBrowser(url);
  await listener.finished;
}

function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
}
