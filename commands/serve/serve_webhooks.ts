/** Serves the receiver of webhooks for a command until it is stopped. */
import { createReceiverApp, type ReceiverAppOptions } from "../../server/webhooks/app.ts";
import { Tally } from "../../server/webhooks/tally.ts";
import { listen, urlHost } from "../_cli/listen.ts";
import type { Terminal } from "../_cli/terminal.ts";

/** Where the receiver listens. */
export interface ServeOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly hostname: string;
}

/**
 * Serves the receiver, prints its address on standard output, and when `signal` is aborted accepts no
 * more calls, answers those in progress and ends.
 * @throws {UsageError} When the port is taken or the address is not of this machine.
 */
export async function serveWebhooks(
  receiver: Omit<ReceiverAppOptions, "tally">,
  { port, hostname }: ServeOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const tally = new Tally();
  const app = createReceiverApp({ ...receiver, tally });
  const handler = (request: Request, info: Deno.ServeHandlerInfo) => app.fetch(request, info);
  const listener = listen(handler, { hostname, port, signal, atEnd: "answer" });
  const address = `http://${urlHost(hostname)}:${listener.port}`;
  terminal.out(address);
  terminal.err(`Receiving webhooks at ${address}/webhook. Press Ctrl-C to stop.`);
  await listener.finished;
  tally.flush();
}
