/** Watches a connection while it is made, and cuts it before the password would go out unprotected. */
import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { UsageError } from "../../../errors.ts";
import type { AuthenticationMethod } from "./server_protection.ts";
import type { ServerAddress } from "./server_url.ts";

/** What the driver's connection object is made of. Source: pg 8.23, lib/connection.js. */
interface DriverConnection extends EventEmitter {
  readonly stream: Duplex;
}

/** The server's requests for a sign-in, by the driver's names. */
const REQUESTS: Readonly<Record<string, AuthenticationMethod>> = {
  authenticationCleartextPassword: "password",
  authenticationMD5Password: "md5",
  authenticationSASL: "scram-sha-256",
};

/**
 * Makes a connection fail where the server does not fulfil what the URL asks for. To be called
 * before the driver begins to listen, so that it is first to hear.
 * @returns The password, for the driver; throws instead once the connection was refused.
 */
export function guardConnection(
  connection: DriverConnection,
  address: ServerAddress,
): () => string {
  let refusal: UsageError | undefined;
  let asked = false;
  const refuse = (reason: string) => {
    refusal ??= new UsageError(
      "DATABASE_UNPROTECTED",
      `${address.host}:${address.port}: the connection was refused: ${reason}`,
      {
        hint:
          "Nothing secret was sent. Make the server fulfil what DATABASE_URL asks for, or take " +
          "the parameter out of it.",
      },
    );
    connection.emit("error", refusal);
    connection.stream.destroy();
  };
  const judge = (method: AuthenticationMethod, mechanisms: readonly string[] = []) => {
    if (!address.allowsAuthentication(method)) {
      refuse(`the server asks for the sign-in "${method}", which require_auth rules out`);
    } else if (address.requiresChannelBinding && !mechanisms.includes("SCRAM-SHA-256-PLUS")) {
      refuse("the server does not offer the channel binding that channel_binding=require asks for");
    } else if (address.lowestTls === "TLSv1.3") {
      const version = tlsVersion(connection.stream);
      if (version !== null && version !== "TLSv1.3") {
        refuse(`it speaks ${version}, and ssl_min_protocol_version asks for TLSv1.3`);
      }
    }
  };
  for (const [event, method] of Object.entries(REQUESTS)) {
    connection.on(event, (message: { mechanisms?: string[] }) => {
      asked = true;
      judge(method, message.mechanisms);
    });
  }
  connection.on("authenticationOk", () => {
    if (!asked) judge("none");
  });
  return () => {
    if (refusal) throw refusal;
    return address.password ?? "";
  };
}

/** The version of TLS once it is agreed on; null for a connection without TLS. */
function tlsVersion(stream: Duplex): string | null {
  if (!("getProtocol" in stream) || typeof stream.getProtocol !== "function") return null;
  const version: unknown = stream.getProtocol();
  return typeof version === "string" ? version : "an unknown version of TLS";
}
