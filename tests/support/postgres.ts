/**
 * Throw-away PostgreSQL clusters. One is shared by all test files of a process; tests that restart
 * or break a server start their own. A watchdog removes a cluster when the test process is gone,
 * however it went.
 */
import { join } from "node:path";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { freePort } from "./free_port.ts";
import { MEMORY, memoryDirectory } from "./memory_directory.ts";
import { type PostgresBinaries, postgresBinaries } from "./postgres_binaries.ts";

/** Where a running cluster is reached. */
export interface ClusterAddress {
  port: number;
  /** Holds the data, the log and the unix socket. */
  directory: string;
}

/** How a cluster differs from the default: no fsync, trust for everyone, no TLS. */
export interface ClusterOptions {
  /** Settings for `postgresql.conf`. */
  settings?: Record<string, string>;
  /** Lines of `pg_hba.conf`, in place of trust. */
  hba?: string[];
  /** Files by name, written beside the data: certificates. */
  files?: Record<string, string>;
  /** True: on disk even where memory has room, for what measures. */
  onDisk?: boolean;
}

/** The role that owns every cluster, and its database. */
export const SUPERUSER = "postgres";
const SHARED_VARIABLE = "OURA_TEST_SHARED_POSTGRES";
/** The log is kept small, because it may be in memory. */
const SHARED_SETTINGS = { max_wal_size: "256MB" };

/** A server of our own. */
export class Cluster {
  private process: Deno.ChildProcess | undefined;

  private constructor(
    private readonly binaries: PostgresBinaries,
    readonly address: ClusterAddress,
  ) {}

  /** Makes and starts a cluster (about a second). */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const binaries = await postgresBinaries();
    const directory = await Deno.makeTempDir({
      prefix: "oura-sync-pg-",
      dir: options.onDisk ? tmpdir() : await memoryDirectory() ?? tmpdir(),
    });
    if (binaries.runAs) await Deno.chown(directory, binaries.runAs.uid, binaries.runAs.gid);
    const cluster = new Cluster(binaries, { directory, port: freePort() });
    watch(directory);
    await cluster.initialise(options);
    await cluster.resume();
    return cluster;
  }

  /** A connection URL over TCP; `query` is appended, such as `sslmode=require`. */
  url(database = SUPERUSER, query = "sslmode=disable"): string {
    return urlOf(this.address, database, query);
  }

  /** Starts the server again after {@linkcode stop} or {@linkcode stopImmediate}. */
  async resume(): Promise<void> {
    const { directory, port } = this.address;
    const log = join(directory, "log");
    await this.write("log", "");
    // The log goes through a shell's redirection: a pipe would have to be drained by the tests.
    this.process = this.spawn("sh", [
      "-c",
      'exec "$@" >>"$0" 2>&1',
      log,
      join(this.binaries.directory, "postgres"),
      ...["-D", join(directory, "data"), "-k", directory, "-p", String(port)],
      ...["-h", "127.0.0.1", "-c", "lc_messages=C"],
    ]);
    await this.ready(log);
    // A server that no test stops must not keep a program alive; the watchdog ends it.
    this.process.unref();
  }

  /** Stops it as `pg_ctl stop -m fast` does: sessions are ended, changes are kept. */
  stop(): Promise<void> {
    return this.end("SIGINT");
  }

  /** Stops it as a crash does: the next start recovers from the log. */
  stopImmediate(): Promise<void> {
    return this.end("SIGQUIT");
  }

  /** {@linkcode stop} and {@linkcode resume}. */
  async restart(): Promise<void> {
    await this.stop();
    await this.resume();
  }

  /** Stops the server and removes all of it. */
  async remove(): Promise<void> {
    if (this.process) await this.stopImmediate();
    await Deno.remove(this.address.directory, { recursive: true });
  }

  private async initialise(options: ClusterOptions): Promise<void> {
    const { settings = {}, hba, files = {}, onDisk = false } = options;
    const data = join(this.address.directory, "data");
    const initdb = this.spawn(join(this.binaries.directory, "initdb"), [
      ...["-D", data, "-U", SUPERUSER, "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"],
    ]);
    const { success } = await initdb.status;
    if (!success) throw new Error("initdb failed");
    const { directory } = this.address;
    for (const [name, text] of Object.entries(files)) await this.write(name, text);
    const all = {
      ...{ fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
      // Else a server that is ended as by a crash leaves a piece of memory behind.
      ...(onDisk ? {} : { dynamic_shared_memory_type: "mmap" }),
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) =>
      `${name} = '${value.replaceAll("{directory}", directory)}'\n`
    );
    await Deno.writeTextFile(join(data, "postgresql.conf"), lines.join(""), { append: true });
    if (hba) await Deno.writeTextFile(join(data, "pg_hba.conf"), hba.join("\n") + "\n");
  }

  /** Writes a file that belongs to the server. */
  private async write(name: string, text: string): Promise<void> {
    const file = join(this.address.directory, name);
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    const { runAs } = this.binaries;
    if (runAs) await Deno.chown(file, runAs.uid, runAs.gid);
  }

  private spawn(program: string, args: string[]): Deno.ChildProcess {
    return new Deno.Command(program, {
      args,
      ...(this.binaries.runAs ?? {}),
      cwd: this.address.directory,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  private async ready(log: string): Promise<void> {
    let ended = false;
    void this.process!.status.then(() => ended = true);
    for (;;) {
      const text = await Deno.readTextFile(log);
      if (text.includes("ready to accept connections")) return;
      if (ended) throw new Error(`PostgreSQL did not start:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private async end(signal: Deno.Signal): Promise<void> {
    this.process!.ref();
    this.process!.kill(signal);
    await this.process!.status;
    this.process = undefined;
  }
}

/** The shared cluster, and how it copies a database. */
interface SharedCluster extends ClusterAddress {
  /** Options of `CREATE DATABASE`. */
  copyOptions: string;
}

/**
 * The cluster all test files of this process share, started by the first that asks. Test files run
 * side by side and share nothing but the environment and the disk.
 */
export function sharedCluster(): Promise<SharedCluster> {
  return once(SHARED_VARIABLE, async () => {
    const { address } = await Cluster.start({ settings: SHARED_SETTINGS });
    return { ...address, copyOptions: await copyOptions(address) };
  });
}

/** In memory, copying the files costs half of copying the pages through the log; on disk, more. */
async function copyOptions({ directory }: ClusterAddress): Promise<string> {
  if (!directory.startsWith(MEMORY)) return "";
  const version = await Deno.readTextFile(join(directory, "data", "PG_VERSION"));
  // Earlier versions know no other way, and no name for it.
  return Number.parseInt(version) >= 15 ? "STRATEGY FILE_COPY" : "";
}

/**
 * Makes a value once for all test files of this process. They share only the environment, where the
 * value is kept as JSON, and the disk, hence the lock on a file: on this one, so that none is left.
 */
export async function once<T>(variable: string, make: () => Promise<T>): Promise<T> {
  const known = Deno.env.get(variable);
  if (known) return JSON.parse(known);
  using file = await Deno.open(fileURLToPath(import.meta.url));
  await file.lock(true);
  const made = Deno.env.get(variable);
  if (made) return JSON.parse(made);
  const value = await make();
  Deno.env.set(variable, JSON.stringify(value));
  return value;
}

/** A connection URL over TCP. */
export function urlOf(
  { port }: ClusterAddress,
  database: string,
  query = "sslmode=disable",
): string {
  return `postgres://${SUPERUSER}@127.0.0.1:${port}/${database}?${query}`;
}

/** Runs statements as the superuser, outside a transaction. */
export async function asSuperuser(
  address: ClusterAddress,
  statements: readonly string[],
  database = SUPERUSER,
): Promise<void> {
  const url = urlOf(address, database);
  const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
  try {
    for (const statement of statements) await db.exec(statement);
  } finally {
    await db.close();
  }
}

/** A database of the shared cluster. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/**
 * A new database in the shared cluster: empty, or a copy of the database named `template`.
 * @param options Further options of `CREATE DATABASE`.
 */
export async function createDatabase(template = "template1", options = ""): Promise<TestDatabase> {
  const address = await sharedCluster();
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const all = `TEMPLATE ${template} ${address.copyOptions} ${options}`;
  await asSuperuser(address, [`CREATE DATABASE ${name} ${all}`]);
  return {
    name,
    url: urlOf(address, name),
    drop: () => asSuperuser(address, [`DROP DATABASE ${name}`]),
  };
}

/** Ends the server and removes its directory once this process is gone, even by SIGKILL. */
function watch(directory: string): void {
  // It outlives what ends the tests: Ctrl-C reaches the whole process group.
  const script = `
    trap "" INT TERM HUP
    while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done
    [ -f "$2/data/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"
    while [ -f "$2/data/postmaster.pid" ] && [ "$((tries += 1))" -lt 10 ]; do sleep 0.2; done
    rm -rf "$2"`;
  new Deno.Command("sh", {
    args: ["-c", script, "sh", String(Deno.pid), directory],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn().unref();
}
