/**
 * Parameters that make a connection safer. One that cannot be honoured is an error: a person who
 * asked for safety must not get less without a word.
 */
import type { Invalid, UrlParameters } from "./url_parameters.ts";

/** What a connection must fulfil beside `sslmode`. */
export interface ServerProtection {
  /** `direct`: TLS from the first byte on. */
  negotiation: "postgres" | "direct";
  /** Whether a client certificate is sent to a server that asks for one. */
  sendsCertificate: boolean;
  /** The oldest version of TLS that will do, as the runtime names it; null for any. */
  lowestTls: "TLSv1.2" | "TLSv1.3" | null;
  /** Whether no attempt without TLS is made. */
  requiresTls: boolean;
  /** Whether the sign-in must be bound to the server's certificate (SCRAM-SHA-256-PLUS). */
  requiresChannelBinding: boolean;
  /** Whether the server may ask for this kind of sign-in. */
  allowsAuthentication: (method: AuthenticationMethod) => boolean;
}

/** How a server lets a role in, in libpq's words. */
export type AuthenticationMethod = "none" | "password" | "md5" | "scram-sha-256";

const METHODS = ["none", "password", "md5", "scram-sha-256", "gss", "sspi", "oauth"];
const TLS_VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

/**
 * Takes the parameters that protect the connection.
 * @throws {UsageError} For values that do not exist, or that cannot be honoured.
 */
export function readProtection(
  parameters: UrlParameters,
  { sslMode, sslCert, sslKey }: { sslMode: string; sslCert: string | null; sslKey: string | null },
  invalid: Invalid,
): ServerProtection {
  if ((sslCert === null) !== (sslKey === null)) {
    throw invalid("sslcert and sslkey belong together, and one of them is missing");
  }
  const negotiation = parameters.takeOnly("sslnegotiation", ["postgres", "direct"]) ?? "postgres";
  const isCertain = !["disable", "allow", "prefer"].includes(sslMode);
  if (negotiation === "direct" && !isCertain) {
    throw invalid("sslnegotiation=direct needs sslmode=require or a stronger one");
  }
  const certificates = parameters.takeOnly("sslcertmode", ["disable", "allow", "require"]);
  if (certificates === "require") {
    throw invalid(
      "sslcertmode=require cannot be honoured: the driver does not tell whether the " +
        "server asked for the certificate",
    );
  }
  if (parameters.takeOnly("gssencmode", ["disable", "prefer", "require"]) === "require") {
    throw invalid("gssencmode=require cannot be honoured: the driver knows no GSSAPI");
  }
  const binding = parameters.takeOnly("channel_binding", ["disable", "prefer", "require"]);
  if (binding === "require" && sslMode === "disable") {
    throw invalid("channel_binding=require needs TLS, and sslmode is disable");
  }
  const lowest = parameters.takeOnly("ssl_min_protocol_version", TLS_VERSIONS);
  return {
    negotiation,
    sendsCertificate: certificates !== "disable",
    // The runtime speaks no older version than 1.2.
    lowestTls: lowest === "TLSv1.3" ? lowest : lowest === null ? null : "TLSv1.2",
    requiresTls: isCertain || binding === "require",
    requiresChannelBinding: binding === "require",
    allowsAuthentication: allowedMethods(parameters.take("require_auth"), invalid),
  };
}

/** `require_auth`: a list of what may be, or, with `!` before each, of what must not be. */
function allowedMethods(
  text: string | null,
  invalid: Invalid,
): ServerProtection["allowsAuthentication"] {
  if (text === null || text === "") return () => true;
  const items = text.split(",").map((item) => item.trim());
  const isNegative = items[0]!.startsWith("!");
  const names = items.map((item) => item.replace(/^!/, ""));
  const isMixed = items.some((item) => item.startsWith("!") !== isNegative);
  if (isMixed || names.some((name) => !METHODS.includes(name))) {
    throw invalid(`its require_auth is no list of ${METHODS.join(", ")}, each or none after a !`);
  }
  return (method) => names.includes(method) !== isNegative;
}
