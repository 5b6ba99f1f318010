/** PostgreSQL's protocol below the driver's clients: requests that need no sign-in. Source: pg 8.23, lib/connection.js. */
import pg from "pg";
import type { Connected } from "./connected.ts";

/** Where a connection leads. */
export type WireAddress = Pick<Connected, "host" | "port">;

/** What the driver's types leave out. */
interface Wire {
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
}

/** Asks to cancel the running statement, over a connection as secure as its own. Nothing is answered. */
export function requestCancel({ host, port, ssl, processID, secretKey }: Connected): void {
  const connection = new pg.Connection(ssl ? { ssl } : {});
  const wire = wireOf(connection);
  const ask = () => wire.cancel(processID, secretKey);
  connection.on("connect", () => ssl ? wire.requestSsl() : ask());
  connection.on("sslconnect", ask);
  // The next step is to cut the connection, whether or not this one could be made.
  connection.on("error", () => connection.stream.destroy());
  connect(wire, { host, port });
}

/**
 * Whether a server or a pooler answers at all. It is asked whether it speaks TLS, which both answer
 * before a sign-in, however busy they are.
 */
export function isAnswered(address: WireAddress, withinMs: number): Promise<boolean> {
  const connection = new pg.Connection({});
  const wire = wireOf(connection);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), withinMs);
  connection.on("connect", () => {
    connection.stream.on("data", () => resolve(true));
    wire.requestSsl();
  });
  connection.on("error", () => resolve(false));
  connection.on("end", () => resolve(false));
  connect(wire, address);
  return promise.finally(() => {
    clearTimeout(timer);
    connection.stream.destroy();
  });
}

function connect(wire: Wire, { host, port }: WireAddress): void {
  if (host.startsWith("/")) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(port, host);
}

function wireOf(connection: pg.Connection): Wire {
  return connection as unknown as Wire;
}
