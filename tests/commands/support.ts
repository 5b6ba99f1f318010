/** The program in an empty directory, with as much of a world around it as a test asks for. */
import { type RunningSimulator, serveSimulator, staticToken } from "../../simulator/mod.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { runInProcess } from "../support/in_process.ts";
import type { Ended } from "../support/run.ts";
import { appliedTemplate, DEFAULT_SCHEMA } from "../support/server_database.ts";

/** Days of data that Oura has. */
const DAYS = 7;

/** What a test has at hand. */
export interface Desk {
  /** The empty directory the program runs in. */
  readonly directory: string;
  readonly oura: RunningSimulator;
  /** A token of the simulator's first wearer. */
  readonly token: string;
  /** A database on a real server. */
  readonly databaseUrl: string;
  /** Runs a command in this process. */
  run(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    input?: string,
  ): Promise<Ended>;
}

/** Registers a test at a desk of its own, with an empty database. */
export function deskTest(name: string, body: DeskBody): void {
  register(name, body, () => createDatabase());
}

/** Registers a test at a desk whose database has the tables and columns that a sync would make. */
export function readyDeskTest(name: string, body: DeskBody): void {
  register(name, body, async () => await createDatabase(await appliedTemplate(DEFAULT_SCHEMA)));
}

type DeskBody = (desk: Desk) => Promise<void>;

function register(name: string, body: DeskBody, makeDatabase: () => Promise<TestDatabase>): void {
  Deno.test(name, async () => {
    const oura = serveSimulator({ days: DAYS, users: [{ zone: "UTC" }] });
    const directory = await Deno.makeTempDir({ prefix: "oura-sync-desk-" });
    const database = await makeDatabase();
    try {
      await body({
        directory,
        oura,
        token: staticToken(oura.world.wearers[0]!.id),
        databaseUrl: database.url,
        run: (args, env = {}, input = "") => runInProcess({ directory, env, input }, args),
      });
    } finally {
      await oura.close();
      await database.drop();
      await Deno.remove(directory, { recursive: true });
    }
  });
}
