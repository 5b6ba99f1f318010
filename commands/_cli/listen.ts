/** Listens on a port for a command that serves something. */
import { messageOf, UsageError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { sleep } from "../../lib/process/sleep.ts";

/** What answers a request; it may ask where the request comes from. */
type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/** Where a command listens, and until when. */
export interface ListenOptions {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Stops the listener. */
  readonly signal: AbortSignal;
  /** Whether the requests in progress at the end are answered, or their connections cut. */
  readonly atEnd: "answer" | "cut";
}

/** A server that listens. */
export interface Listener {
  readonly port: number;
  /** Resolves when it has ended. */
  readonly finished: Promise<void>;
}

/**
 * Listens until the signal aborts. If the process runs out of file descriptors, it listens again later.
 * @throws {UsageError} When the port is taken or the address is not of this machine.
 */
export function listen(handler: Handler, options: ListenOptions): Listener {
  const server = open(handler, options);
  const { port } = server.addr;
  return { port, finished: keepListening(server, handler, { ...options, port }) };
}

type Server = Deno.HttpServer<Deno.NetAddr>;

function open(handler: Handler, { hostname, port, signal, atEnd }: ListenOptions): Server {
  try {
    const options = { hostname, port, onListen: () => {} };
    return Deno.serve(atEnd === "cut" ? { ...options, signal } : options, handler);
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

async function keepListening(
  first: Server,
  handler: Handler,
  options: ListenOptions,
): Promise<void> {
  const { signal } = options;
  let server: Server | null = first;
  while (server !== null) {
    try {
      return await endOf(server, options);
    } catch (error) {
      // Deno ends a server that has no file descriptor left for a connection.
      loggerOf("server").error(
        "The server accepts no connections: {reason}. It will listen again as soon as it can.",
        { reason: messageOf(error) },
      );
      server = await listenAgain(() => open(handler, options), signal);
    }
  }
}

/** Waits until a server has ended. */
async function endOf(server: Server, { signal, atEnd }: ListenOptions): Promise<void> {
  if (atEnd === "cut") return await server.finished;
  const stop = () => void server.shutdown();
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) stop();
    await server.finished;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const LISTEN_AGAIN_MS = 500;

/** Tries until it listens; null when the signal ends the wait. */
async function listenAgain(listen: () => Server, signal: AbortSignal): Promise<Server | null> {
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

/** The host as a URL names it; an address that means all addresses is reached at 127.0.0.1. */
export function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
