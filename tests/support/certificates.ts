/** Certificates for one test run, made by the openssl that every PostgreSQL installation brings. */
import { join } from "node:path";

/** PEM texts of a server's certificate and key, and paths of two authorities. */
export interface Certificates {
  serverCertificate: string;
  serverKey: string;
  /** The authority that signed the server's certificate. */
  authorityFile: string;
  /** Another authority that signed nothing here. */
  otherAuthorityFile: string;
}

/** Makes a server certificate for the host name `localhost`, valid for a day, in a directory. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = (name: string) =>
    openssl(directory, [
      ...["req", "-x509", ...key, "-days", "1", "-subj", `/CN=${name}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.pem`],
    ]);
  await authority("authority");
  await authority("other");
  await openssl(directory, [
    ...["req", ...key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"],
  ]);
  await Deno.writeTextFile(join(directory, "names"), "subjectAltName=DNS:localhost\n");
  await openssl(directory, [
    ...["x509", "-req", "-in", "server.csr", "-days", "1", "-extfile", "names"],
    ...[
      "-CA",
      "authority.pem",
      "-CAkey",
      "authority.key",
      "-set_serial",
      "1",
      "-out",
      "server.pem",
    ],
  ]);
  return {
    serverCertificate: await Deno.readTextFile(join(directory, "server.pem")),
    serverKey: await Deno.readTextFile(join(directory, "server.key")),
    authorityFile: join(directory, "authority.pem"),
    otherAuthorityFile: join(directory, "other.pem"),
  };
}

async function openssl(cwd: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, cwd, stdout: "null" })
    .output();
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
