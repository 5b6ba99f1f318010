/**
 * PGlite's files, watched for the write that fails.
 *
 * PGlite calls PostgreSQL's main loop until the query is read, and swallows what it throws: a
 * PostgreSQL that ended because its log could not be written would be called for ever, in a loop
 * that hears no signal. So the first write that the disk refuses ends the database in this process:
 * every later call into it throws. What is on the disk then is what `kill -9` leaves, from which
 * PostgreSQL recovers when it is opened again.
 */
import type { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { DatabaseError, messageOf } from "../../../errors.ts";
import { diskFailure } from "./disk_failure.ts";

/** How PostgreSQL in WebAssembly leaves a failed statement for its main loop: the usual way. */
const LONG_JUMP_STATUS = 100;

type Operation = (...args: unknown[]) => unknown;
type Operations = Record<string, Operation>;

/** What is used of PGlite's WebAssembly module. */
interface Module extends Record<string, unknown> {
  NODEFS: { node_ops: Operations; stream_ops: Operations };
  FS: { streams: ({ nfd?: number } | null | undefined)[]; close(stream: unknown): void };
}

/** What may need room on the disk. Reading is left alone: it costs nothing to watch it, but time. */
const WRITES: readonly (readonly ["node_ops" | "stream_ops", string])[] = [
  ["stream_ops", "write"],
  ["stream_ops", "open"],
  ["stream_ops", "setattr"],
  ["node_ops", "mknod"],
  ["node_ops", "rename"],
  ["node_ops", "setattr"],
];

/** The files of one PGlite; a second one needs another. */
export class WatchedFiles extends NodeFS {
  private module: Module | undefined;
  private ended: DatabaseError | undefined;

  /** @param directory The embedded database, for messages; its data is in `data`. */
  constructor(data: string, private readonly directory: string) {
    super(data);
  }

  /** Why this PGlite cannot be used any more. */
  get failure(): DatabaseError | undefined {
    return this.ended;
  }

  override async init(pglite: PGlite, options: Parameters<NodeFS["init"]>[1]) {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = [...emscriptenOpts.preRun ?? []];
    preRun.unshift((module: unknown) => this.watchWrites(module as Module));
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }

  /** To be called once PGlite is ready: whatever else ends PostgreSQL ends the database too. */
  watchMainLoop(pglite: PGlite): void {
    const module: unknown = pglite.Module;
    const exported = module as Record<string, Operation>;
    const loop = exported._PostgresMainLoopOnce!;
    exported._PostgresMainLoopOnce = (...args) => {
      try {
        return loop(...args);
      } catch (error) {
        if (isLongJump(error)) throw error;
        throw this.end(this.ended ?? this.crash(error));
      }
    };
  }

  /** Closes the files of a database that has ended; closing it in order would call it again. */
  abandon(): void {
    const { FS } = this.module ?? {};
    for (const stream of FS?.streams ?? []) {
      if (stream?.nfd) FS?.close(stream);
    }
  }

  private watchWrites(module: Module): void {
    this.module = module;
    for (const [kind, name] of WRITES) {
      const operations = module.NODEFS[kind];
      const operation = operations[name]!;
      operations[name] = (...args) => {
        try {
          return operation(...args);
        } catch (error) {
          const failure = diskFailure(error, this.directory);
          throw failure ? this.end(failure) : error;
        }
      };
    }
  }

  /** Makes every way into PostgreSQL throw; of several failures the first one is the reason. */
  private end(failure: DatabaseError): DatabaseError {
    if (this.ended) return this.ended;
    this.ended = failure;
    const refuse = () => {
      throw failure;
    };
    const module = this.module ?? {};
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === "function" && (name.startsWith("_") || name === "stackRestore")) {
        (module as Record<string, unknown>)[name] = refuse;
      }
    }
    return failure;
  }

  private crash(cause: unknown): DatabaseError {
    return new DatabaseError(
      "DATABASE_EMBEDDED",
      `${this.directory}: the embedded database has ended: ${messageOf(cause)}`,
      { hint: "Run the command again: what was committed is kept.", cause },
    );
  }
}

function isLongJump(error: unknown): boolean {
  return typeof error === "object" && error !== null && "status" in error &&
    error.status === LONG_JUMP_STATUS;
}
