/** PgBouncer in transaction mode in front of a test server. */
import { join } from "node:path";
import { freePort } from "../../support/free_port.ts";
import { type ClusterAddress, urlOf } from "../../support/postgres.ts";
import { postgresBinaries } from "../../support/postgres_binaries.ts";

/** How it ends: in order, as soon as no transaction is open, or as a crash does. */
export type End = "SIGINT" | "SIGKILL";

/**
 * A pooler of all databases and roles of a cluster. What is not set here is its default, as in
 * production: it knows no startup parameter but the common ones, and looks for a server that went
 * away every 15 seconds.
 */
export class PgBouncer implements AsyncDisposable {
  private process: Deno.ChildProcess | undefined;

  private constructor(
    private readonly directory: string,
    private readonly runAs: { uid: number; gid: number } | null,
    readonly port: number,
  ) {}

  /**
   * Starts one.
   * @param settings For `pgbouncer.ini`, besides its defaults.
   * @throws Where the program is not installed: Debian's package is called `pgbouncer`.
   */
  static async start(
    cluster: ClusterAddress,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<PgBouncer> {
    const directory = await Deno.makeTempDir({ prefix: "oura-sync-bouncer-" });
    const { runAs } = await postgresBinaries();
    const bouncer = new PgBouncer(directory, runAs, freePort());
    const { username } = new URL(urlOf(cluster, "any"));
    const all = {
      listen_addr: "127.0.0.1",
      listen_port: String(bouncer.port),
      unix_socket_dir: "",
      auth_type: "trust",
      auth_file: join(directory, "users.txt"),
      // Asks the server for the roles that the file does not name.
      auth_user: username,
      logfile: join(directory, "log"),
      pool_mode: "transaction",
      default_pool_size: "4",
      ...settings,
    };
    const lines = [
      ...["[databases]", `* = host=127.0.0.1 port=${cluster.port}`],
      ...["[pgbouncer]", ...Object.entries(all).map(([name, value]) => `${name} = ${value}`)],
    ];
    await Deno.writeTextFile(join(directory, "pgbouncer.ini"), lines.join("\n") + "\n");
    await Deno.writeTextFile(all.auth_file, `"${username}" ""\n`);
    if (runAs) await Deno.chown(directory, runAs.uid, runAs.gid);
    await bouncer.resume();
    return bouncer;
  }

  /** Starts it again after {@linkcode stop}, on the same port. */
  async resume(): Promise<void> {
    const log = join(this.directory, "log");
    await Deno.writeTextFile(log, "");
    if (this.runAs) await Deno.chown(log, this.runAs.uid, this.runAs.gid);
    this.process = spawn(join(this.directory, "pgbouncer.ini"), this.runAs);
    let ended = false;
    void this.process.status.then(() => ended = true);
    for (;;) {
      const text = await Deno.readTextFile(log);
      if (text.includes("process up")) return;
      if (ended) throw new Error(`PgBouncer did not start:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(end: End): Promise<void> {
    this.process!.kill(end);
    await this.process!.status;
    this.process = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process) await this.stop("SIGKILL");
    await Deno.remove(this.directory, { recursive: true });
  }
}

function spawn(settings: string, runAs: { uid: number; gid: number } | null): Deno.ChildProcess {
  try {
    return new Deno.Command(program(), {
      args: ["-q", settings],
      ...(runAs ?? {}),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("these tests need PgBouncer: install the package pgbouncer", { cause: error });
  }
}

/** Debian puts it where only root's PATH leads. */
function program(): string {
  const packaged = "/usr/sbin/pgbouncer";
  try {
    Deno.statSync(packaged);
    return packaged;
  } catch {
    return "pgbouncer";
  }
}
