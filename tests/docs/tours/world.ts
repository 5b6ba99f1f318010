/** A new user's machine: a home, a clone, a browser, a PostgreSQL, and a simulated Oura. */
import { cp } from "node:fs/promises";
import CONFIGURATION from "../../../deno.json" with { type: "json" };
import { freePort } from "../../support/free_port.ts";
import { asSuperuser, type ClusterAddress, urlOf } from "../../support/postgres.ts";
import { QUICK_WASM } from "../../support/quick_wasm.ts";
import { nameOf } from "../command_lines.ts";
import { type Place, type Typed, typeInto } from "../shell.ts";
import { SimulatedOura } from "../simulated_oura.ts";
import { equip } from "../stand_ins.ts";
import { FillIns } from "./fill_ins.ts";

/** What of the repository a package of it leaves out, and what a developer's own runs leave behind. */
const NOT_CLONED = [...CONFIGURATION.publish.exclude, ".env", ".git", "data"];
const SYSTEM_PATH = "/usr/bin:/bin";
/** Named by the examples; empty in between. */
const DATABASE = "oura";
const WEARERS = ["wearer-1", "wearer-2"] as const;

/** Everything the tours share. */
export class World {
  /** What commands printed last, by their names without what starts the program. */
  readonly said = new Map<string, Typed>();
  readonly wearers = WEARERS;
  readonly fillIns: FillIns;

  private constructor(
    readonly home: string,
    readonly clone: string,
    readonly oura: SimulatedOura,
    private readonly cluster: ClusterAddress,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    this.fillIns = new FillIns({ databaseUrl: this.databaseUrl, wearer: WEARERS[1] });
  }

  /** Moves in. */
  static async make(cluster: ClusterAddress): Promise<World> {
    const home = await Deno.makeTempDir({ prefix: "oura-sync-home-" });
    const clone = `${home}/oura-sync`;
    for await (const { name } of Deno.readDir(".")) {
      if (!NOT_CLONED.includes(name)) await cp(name, `${clone}/${name}`, { recursive: true });
    }
    await equip(`${home}/bin`, clone);
    const redirectUri = `http://localhost:${freePort()}/callback`;
    const env = {
      ...bareEnv(home),
      PATH: `${home}/bin:${SYSTEM_PATH}`,
      PGHOST: "127.0.0.1",
      PGPORT: String(cluster.port),
      PGUSER: "postgres",
      OURA_REDIRECT_URI: redirectUri,
    };
    const place = { directory: clone, env };
    const simulate = `deno task simulate --days 4 --users ${WEARERS.length}`;
    const oura = await SimulatedOura.start(simulate, place);
    await oura.expect(redirectUri);
    return new World(home, clone, oura, cluster, env);
  }

  /** Where the user types. */
  get place(): Place {
    return { directory: this.clone, env: this.env };
  }

  /** The server's database that the examples name. */
  readonly databaseName = DATABASE;

  /** Where that is. */
  get databaseUrl(): string {
    return urlOf(this.cluster, DATABASE);
  }

  /** A fresh clone, with the lines of the simulator in `.env`. */
  async startOver(): Promise<void> {
    for (const path of [".env", "data", "oura-sync.log"]) {
      await Deno.remove(`${this.clone}/${path}`, { recursive: true }).catch(absent);
    }
    await cp("config/oura.yaml", `${this.clone}/config/oura.yaml`);
    await this.edit(".env", () => this.oura.env);
    await this.oura.consent(WEARERS[0]);
  }

  /** Statements by a superuser: no database is named `oura` afterwards, unless one makes it. */
  async inServer(statements: readonly string[], database?: string): Promise<void> {
    await asSuperuser(this.cluster, statements, database);
  }

  /** Changes a file of the clone, which may be missing. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const file = `${this.clone}/${path}`;
    const text = await Deno.readTextFile(file).catch(absent) ?? "";
    await Deno.writeTextFile(file, change(text));
  }

  /** Types commands of a page, as they stand there, in the clone. */
  async type(commands: readonly string[], place: Partial<Place> = {}): Promise<Typed[]> {
    const filled = await typeInto(commands.map((command) => this.fillIns.fill(command)), {
      directory: place.directory ?? this.clone,
      env: { ...this.env, ...place.env },
    });
    const all = filled.map((typed, i) => ({ ...typed, command: commands[i]! }));
    for (const typed of all) this.said.set(nameOf(typed.command), typed);
    return all;
  }

  /** Runs a command as a scheduler does: with hardly any environment, from anywhere. */
  async typeAsScheduler(command: string): Promise<void> {
    await typeInto([command], { directory: "/", env: bareEnv(this.home) });
  }

  /** Moves out. */
  async leave(): Promise<void> {
    await this.oura.stop();
    await this.inServer([`DROP DATABASE IF EXISTS ${DATABASE}`]);
    await Deno.remove(this.home, { recursive: true });
  }
}

/** What cron gives a command, and where Deno keeps what it fetched. */
function bareEnv(home: string): Record<string, string> {
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  return { HOME: home, PATH: SYSTEM_PATH, DENO_DIR: cache, ...QUICK_WASM };
}

function absent(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
