/** PgBouncer in transaction mode in front of a test server. */
import { join } from "node:path";
import { type ClusterAddress, urlOf } from "../../support/postgres.ts";
import { postgresBinaries } from "../../support/postgres_binaries.ts";

/** A running pooler. It knows no startup parameter but the common ones, as in production. */
export class PgBouncer implements AsyncDisposable {
  private constructor(
    private readonly process: Deno.ChildProcess,
    private readonly directory: string,
    readonly port: number,
  ) {}

  /**
   * Starts one for all databases of a cluster.
   * @throws Where the program is not installed: Debian's package is called `pgbouncer`.
   */
  static async start(cluster: ClusterAddress): Promise<PgBouncer> {
    const directory = await Deno.makeTempDir({ prefix: "oura-sync-bouncer-" });
    const port = freePort();
    const [settings, users] = [join(directory, "pgbouncer.ini"), join(directory, "users.txt")];
    const log = join(directory, "log");
    const lines = [
      "[databases]",
      `* = host=127.0.0.1 port=${cluster.port}`,
      "[pgbouncer]",
      ...["listen_addr = 127.0.0.1", `listen_port = ${port}`, "unix_socket_dir ="],
      ...["auth_type = trust", `auth_file = ${users}`, `logfile = ${log}`],
      ...["pool_mode = transaction", "default_pool_size = 4", "max_client_conn = 100"],
    ];
    await Deno.writeTextFile(settings, lines.join("\n") + "\n");
    const { username } = new URL(urlOf(cluster, "any"));
    await Deno.writeTextFile(users, `"${username}" ""\n`);
    await Deno.writeTextFile(log, "");
    const { runAs } = await postgresBinaries();
    if (runAs) {
      for (const path of [directory, log]) await Deno.chown(path, runAs.uid, runAs.gid);
    }
    const process = spawn(settings, runAs);
    const bouncer = new PgBouncer(process, directory, port);
    await bouncer.ready(log);
    return bouncer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGTERM");
    await this.process.status;
    await Deno.remove(this.directory, { recursive: true });
  }

  private async ready(log: string): Promise<void> {
    let ended = false;
    void this.process.status.then(() => ended = true);
    for (;;) {
      const text = await Deno.readTextFile(log);
      if (text.includes("process up")) return;
      if (ended) throw new Error(`PgBouncer did not start:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
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

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}
