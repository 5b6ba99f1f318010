/** Listens on a port for a command that serves something. */
import { messageOf, UsageError } from "../../lib/errors.ts";

/** What answers a request; it may ask where the request comes from. */
type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/**
 * Listens.
 * @param signal Cuts all connections; `shutdown()` of what is returned ends in order.
 * @throws {UsageError} When the port is taken or the address is not of this machine.
 */
export function listen(
  handler: Handler,
  { hostname, port, signal }: { hostname: string; port: number; signal?: AbortSignal },
): Deno.HttpServer<Deno.NetAddr> {
  try {
    const options = { hostname, port, onListen: () => {}, ...(signal ? { signal } : {}) };
    return Deno.serve(options, handler);
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

/** The host as a URL names it; an address that means all addresses is reached at 127.0.0.1. */
export function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
