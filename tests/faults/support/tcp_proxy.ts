/** A TCP connection's way through a network that fails: cuts it, or does not answer any more. */
export class TcpProxy implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #work: Promise<void>;
  #refusing = false;
  #flow = Promise.withResolvers<void>();
  /** Resolves when the connections made since the last {@linkcode forget} are forgotten. */
  #forgotten = Promise.withResolvers<void>();
  #end = Promise.withResolvers<void>();

  /** @param target Port on 127.0.0.1 that it leads to. */
  constructor(target: number) {
    this.#target = target;
    this.#flow.resolve();
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#work = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Cuts every connection, in the middle of whatever it carries. */
  cutAll(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  /** Cuts everything, and whatever comes after it at once, until told otherwise. */
  refuse(on: boolean): void {
    this.#refusing = on;
    if (on) this.cutAll();
  }

  /** Holds back whatever is sent, without a sign to either side, until told otherwise. */
  stall(on: boolean): void {
    if (on) this.#flow = Promise.withResolvers<void>();
    else this.#flow.resolve();
  }

  /** Drops the traffic of the open connections, like a router that lost them; new ones work. */
  forget(): void {
    this.#forgotten.resolve();
    this.#forgotten = Promise.withResolvers<void>();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.resolve();
    this.#listener.close();
    this.stall(false);
    this.cutAll();
    await this.#work;
  }

  async #accept(): Promise<void> {
    const pairs: Promise<void>[] = [];
    for await (const client of this.#listener) pairs.push(this.#join(client));
    await Promise.all(pairs);
  }

  async #join(client: Deno.TcpConn): Promise<void> {
    const server = this.#refusing
      ? null
      : await Deno.connect({ hostname: "127.0.0.1", port: this.#target }).catch(() => null);
    if (server === null || this.#refusing) {
      close(client);
      if (server) close(server);
      return;
    }
    this.#open.add(client).add(server);
    await Promise.all([this.#pipe(client, server), this.#pipe(server, client)]);
    for (const end of [client, server]) {
      this.#open.delete(end);
      close(end);
    }
  }

  /** Passes bytes on until either end is gone, and takes the other one with it. */
  async #pipe(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    let isForgotten = false;
    void this.#forgotten.promise.then(() => isForgotten = true);
    const valve = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: async (bytes, out) => {
        await this.#flow.promise;
        if (isForgotten) await this.#end.promise;
        out.enqueue(bytes);
      },
    });
    await from.readable.pipeThrough(valve).pipeTo(to.writable).catch(() => {});
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
