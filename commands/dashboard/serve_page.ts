/** Serves the page for a command until it is stopped. */
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { messageOf, UsageError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { isLoopbackHost } from "../../server/guard.ts";
import { createApp } from "../../server/http.ts";
import { openBrowser } from "../auth/browser.ts";
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
  let server = listen(app.fetch, hostname, port, signal);
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
      server = await listenAgain(() => listen(app.fetch, hostname, port, signal), signal) ?? server;
    }
  }
}

const LISTEN_AGAIN_MS = 500;

/** Tries until it listens; null when the signal ends the wait. */
async function listenAgain<T>(listen: () => T, signal: AbortSignal): Promise<T | null> {
  for (;;) {
    // What ends the wait is seen in the signal.
    await sleep(LISTEN_AGAIN_MS, signal).catch(() => {});
    if (signal.aborted) return null;
    try {
      return listen();
    } catch {
      // Still no file for it: the clients hold on to theirs.
    }
  }
}

function listen(
  handler: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
  signal: AbortSignal,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname, port, signal, onListen: () => {} }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UsageError("PORT_UNAVAILABLE", `port ${port} of ${hostname} is taken`, {
        hint: "Choose another port with --port, or 0 for any free one.",
        cause: error,
      });
    }
    throw new UsageError("HOST_UNUSABLE", `cannot listen on ${hostname}: ${messageOf(error)}`, {
      hint: "Name an address of this machine with --host.",
      cause: error,
    });
  }
}

function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
}

/** As an address names the host: one that means all of them is reached at this machine's name. */
function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
