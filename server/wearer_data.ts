/** Reads of one wearer's data for a request: read-only, in one snapshot, never too many at once. */
import { fixedPipeline, type PipelineSource } from "../config/changing_pipeline.ts";
import type { Pipeline } from "../config/model.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { hasTables } from "../lib/db/migrate/migrate.ts";
import type { CohortSource, NamedWearer } from "../reports/cohort/model.ts";
import { knownWearers } from "../reports/known_wearers.ts";
import { openSource, type Source, tablesOf } from "../reports/metrics/source.ts";
import { RequestError } from "./errors.ts";

/** Where requests read from. */
export interface Data {
  /** Reads the data of a wearer, named by id or label: the one asked for, else the default, else the first. */
  read<T>(name: string | undefined, body: (source: Source) => Promise<T>): Promise<T>;
  /** Reads across all wearers that may be asked for. */
  readAll<T>(body: (all: CohortSource) => Promise<T>): Promise<T>;
  /** All wearers that may be asked for. */
  wearers(): Promise<NamedWearer[]>;
}

/** What {@linkcode openData} needs. */
export interface DataOptions {
  readonly db: Database;
  /** As declared; what the tables have of it is looked up and looked up again. */
  readonly pipeline: Pipeline;
  /** The configuration in force while the page is served. @default `pipeline` */
  readonly source?: PipelineSource | undefined;
  readonly now: () => Date;
  /** The only wearer that may be asked for. */
  readonly userId?: string | undefined;
}

/** Reads waiting at most: beyond it requests are told to come again. */
const MOST_WAITING = 200;
const STATEMENT_TIMEOUT_MS = 20_000;
/** How long the shape of the tables is taken as known. */
const SHAPE_MS = 15_000;

/** What the tables hold of the declared pipeline, and whose data. */
interface Shape {
  readonly declared: Pipeline;
  readonly live: Pipeline;
  readonly wearers: NamedWearer[];
  readonly until: number;
}

type Reader = Parameters<typeof tablesOf>[0];

/** Opens the data for requests. */
export function openData(options: DataOptions): Data {
  const { db, pipeline, now, userId: only, source = fixedPipeline(pipeline) } = options;
  let shape: Shape | null = null;
  let waiting = 0;
  let ready = false;

  async function look<T>(body: (tx: Reader, shape: Shape) => Promise<T>): Promise<T> {
    if (waiting >= MOST_WAITING) {
      throw new RequestError(503, "TOO_MANY_REQUESTS", "too many requests at once; try again");
    }
    waiting++;
    try {
      // Before the transaction: a file that is being written is waited for.
      const declared = await source.current();
      return await db.transaction(async (tx) => {
        await tx.exec(
          `SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
        );
        return await body(tx, await shapeOf(tx, declared));
      });
    } finally {
      waiting--;
    }
  }

  async function shapeOf(tx: Reader, declared: Pipeline): Promise<Shape> {
    if (shape === null || shape.until < Date.now() || shape.declared !== declared) {
      const live = await tablesOf(tx, declared);
      const known = await knownWearers(tx);
      const shown = known.filter(({ userId }) => only === undefined || userId === only);
      shape = {
        declared,
        live,
        wearers: shown.map(({ userId, label }) => ({ userId, label })),
        until: Date.now() + SHAPE_MS,
      };
    }
    return shape;
  }

  /** Before the first sync there are no tables; they are looked for until they are there. */
  const isReady = async () => ready ||= await hasTables(db);

  return {
    wearers: async () =>
      await isReady() ? await look((_, { wearers }) => Promise.resolve(wearers)) : [],
    read: async (name, body) => {
      if (!await isReady()) throw noData();
      return await look(async (tx, { live, wearers }) => {
        const asked = name ?? only;
        if (asked === undefined && wearers.length === 0) throw noData();
        const chosen = asked === undefined ? wearers[0] : chooseNamed(wearers, asked);
        if (chosen === undefined) {
          throw new RequestError(404, "UNKNOWN_WEARER", "this database knows no such wearer");
        }
        return await body(await openSource(tx, live, chosen.userId, now()));
      });
    },
    readAll: async (body) => {
      if (!await isReady()) throw noData();
      return await look(async (tx, { live, wearers }) => {
        if (wearers.length === 0) throw noData();
        return await body({ db: tx, pipeline: live, wearers, now: now() });
      });
    },
  };
}

/** By id, else by label in whatever case. */
function chooseNamed(wearers: readonly NamedWearer[], name: string): NamedWearer | undefined {
  return wearers.find(({ userId }) => userId === name) ??
    wearers.find(({ label }) => label?.toLowerCase() === name.toLowerCase());
}

function noData(): RequestError {
  return new RequestError(404, "NO_DATA", "no wearer has synced yet: run oura-sync sync");
}
