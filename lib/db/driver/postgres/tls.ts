/** `sslmode` as libpq means it; the driver's own reading of the word differs. */
import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";
import { messageOf, UsageError } from "../../../errors.ts";
import type { ServerAddress } from "./server_url.ts";

/** TLS options of one attempt to connect; false is plain text. */
export type TlsAttempt = ConnectionOptions | false;

/**
 * The attempts `sslmode` stands for, in order. The next one is made only if the previous one failed for
 * a reason that has to do with TLS.
 *
 * | sslmode | attempts |
 * |---|---|
 * | disable | plain |
 * | allow | plain, then TLS with any certificate |
 * | prefer | TLS with any certificate, then plain |
 * | require | TLS with any certificate; with `sslrootcert` as verify-ca |
 * | verify-ca | TLS, certificate signed by a known authority |
 * | verify-full | the same, and it names the host |
 *
 * Without `sslrootcert` the authorities are the public ones, where libpq looks for
 * `~/.postgresql/root.crt`. Unix sockets never use TLS.
 * @throws {UsageError} When a certificate file cannot be read.
 */
export async function tlsAttempts(address: ServerAddress): Promise<TlsAttempt[]> {
  const attempts = (await attemptsOf(address)).map((tls) => tls && withHost(tls, address));
  return address.requiresChannelBinding ? attempts.filter((tls) => tls !== false) : attempts;
}

/** With `hostaddr` the certificate is still to name the host. */
function withHost(tls: ConnectionOptions, { host, hostAddress }: ServerAddress): ConnectionOptions {
  return hostAddress === null ? tls : { ...tls, host, servername: host };
}

async function attemptsOf(address: ServerAddress): Promise<TlsAttempt[]> {
  if (address.host.startsWith("/") || address.sslMode === "disable") return [false];
  const identity = await clientIdentity(address);
  const anyCertificate = { ...identity, rejectUnauthorized: false };
  switch (address.sslMode) {
    case "allow":
      return [false, anyCertificate];
    case "prefer":
      return [anyCertificate, false];
    case "require":
      if (address.sslRootCert === null) return [anyCertificate];
      return [{ ...identity, ...await authority(address), checkServerIdentity: anyHost }];
    case "verify-ca":
      return [{ ...identity, ...await authority(address), checkServerIdentity: anyHost }];
    case "verify-full":
      return [{ ...identity, ...await authority(address) }];
  }
}

const anyHost = () => undefined;

async function authority(address: ServerAddress): Promise<ConnectionOptions> {
  const file = address.sslRootCert;
  if (file === null || file === "system") return { rejectUnauthorized: true };
  return { ca: await readPem("sslrootcert", file), rejectUnauthorized: true };
}

async function clientIdentity(address: ServerAddress): Promise<ConnectionOptions> {
  if (address.sslCert === null || address.sslKey === null || !address.sendsCertificate) return {};
  return {
    cert: await readPem("sslcert", address.sslCert),
    key: await readPem("sslkey", address.sslKey),
  };
}

async function readPem(parameter: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(
      "DATABASE_CERTIFICATE_UNREADABLE",
      `DATABASE_URL: ${parameter} ${file} cannot be read: ${messageOf(error)}`,
      { hint: "Give the path of a PEM file that this user may read.", cause: error },
    );
  }
}
