/** Serves the page for a command until it is stopped. */
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { messageOf } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { sleep } from "../../lib/process/sleep.ts";
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
  const app = createApp({
    db,
    pipeline,
    hostname,
    token,
    userId,
    onError: (error) =>
      loggerOf("dashboard").error("A request failed: {reason}", { reason: messageOf(error) }),
  });
  const handler = (request: Request) => app.fetch(request);
  let server = listen(handler, { hostname, port, signal });
  const address = `http://${urlHost(hostname)}:${server.addr.port}/`;
  const url = token === null ? address : `${address}?token=${token}`;
  terminal.out(url);
  terminal.err(`The page is at ${address}. Press Ctrl-C to stop.`);
  if (open) await openBrowser(url);
  while (!signal.aborted) {
    try {
      return await server.finished;
    } catch (error) {
      // Deno ends a server that has run out of files for its connections.
      loggerOf("dashboard").error(
        "The page accepts no connection: {reason}. It listens again as soon as it can.",
        { reason: messageOf(error) },
      );
      const { port } = server.addr;
      server = await listenAgain(() => listen(handler, { hostname, port, signal }), signal) ??
        server;
    }
  }
}

const LISTEN_AGAIN_MS = 500;

/** Tries until it listens; null when the signal ends the wait. */
async function listenAgain<T>(listen: () => T, signal: AbortSignal): Promise<T | null> {
  for (;;) {
    // The loop sees the aborted signal.
    await sleep(LISTEN_AGAIN_MS, signal).catch(() => {});
    if (signal.aborted) return null;
    try {
      return listen();
    } catch {
      // Still no file descriptor: the clients keep theirs.
    }
  }
}

function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
}
