/**
 * Cuts connections whose answers are lost. A router that forgets a connection tells neither side, and
 * a statement would wait many minutes for its answer. A time limit would not do: a statement may wait
 * for a lock, or roll up years. So each statement carries a mark, and the watch asks the server, over
 * a separate connection, whether it still runs the statements that have waited long. This also works
 * through poolers, which give a client no connection of its own.
 */
import type pg from "pg";
import type { Connected } from "./connected.ts";
import { isAnswered } from "./wire.ts";

/** How often running statements are checked, in ms. */
const EVERY_MS = 10_000;
/** Checks of a statement before the server is asked about it. */
const PATIENT_LOOKS = 3;
/** How often in a row the server must say that it does not run it: an answer may be on its way. */
const MISSES = 2;
/** How long the server may take to say so, in ms. */
const ANSWER_MS = 10_000;

/** Which of the marks `$1` the server is not running, and whether it lets us see that. */
const ASK = `SELECT EXISTS (
    SELECT 1 FROM pg_stat_activity WHERE pid = pg_backend_pid() AND state = 'active' AND query <> ''
  ) AS shown,
  ARRAY(SELECT mark FROM unnest($1::text[]) AS mark WHERE NOT EXISTS (
    SELECT 1 FROM pg_stat_activity AS a
    WHERE left(a.query, length(mark)) = mark AND a.state = 'active'
      AND a.wait_event_type IS DISTINCT FROM 'Client'
  )) AS lost`;

/** Ends the server's sessions of the groups `$1`, whose statements are lost: a transaction would keep its locks for hours. */
const RELEASE = `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a
  JOIN unnest($1::text[]) AS "group" ON left(a.query, length("group")) = "group"
  WHERE a.state LIKE 'idle in transaction%' OR (a.state = 'active' AND a.wait_event_type = 'Client')`;

/** How often a statement was checked, and found missing on the server. */
interface Watched {
  looks: number;
  misses: number;
}

/** Watches the connections of one pool while it is started. */
export class AnswerWatch {
  readonly #name = crypto.randomUUID().slice(0, 8);
  readonly #watched = new WeakMap<object, Watched>();
  #count = 0;
  #running = 0;
  #answerMs = ANSWER_MS;

  /**
   * @param busy The connections in use.
   * @param open Makes a connection to the same server, not connected yet.
   */
  constructor(
    private readonly busy: ReadonlySet<Connected>,
    private readonly open: () => pg.Client,
  ) {}

  /** A name for a group of statements that share a transaction. */
  group(): string {
    return `${this.#name}.${++this.#count}`;
  }

  /** The statement with a mark of its own, by which the server can be asked about it. */
  mark(sql: string, group = this.group()): string {
    return this.#running === 0 ? sql : `/*${group}.${++this.#count}*/ ${sql}`;
  }

  /** Watches until disposed of. */
  start(everyMs = EVERY_MS, answerMs = ANSWER_MS): Disposable {
    this.#running++;
    this.#answerMs = answerMs;
    let looking: Promise<void> | null = null;
    const timer = setInterval(() => {
      looking ??= this.#look().catch(() => {}).finally(() => looking = null);
    }, everyMs);
    return {
      [Symbol.dispose]: () => {
        this.#running--;
        clearInterval(timer);
      },
    };
  }

  async #look(): Promise<void> {
    const suspects = this.#suspects();
    if (suspects.size === 0) return;
    const lost = await this.#lost([...suspects.keys()]);
    const cut: string[] = [];
    for (const [mark, { client, statement }] of suspects) {
      const watched = this.#watched.get(statement)!;
      watched.misses = lost.has(mark) ? watched.misses + 1 : 0;
      if (watched.misses < MISSES || client._activeQuery !== statement) continue;
      client.end().catch(() => {});
      // The statement may never have arrived: then the server's last one of the group was another.
      cut.push(mark.slice(0, mark.lastIndexOf(".") + 1));
    }
    if (cut.length > 0) await this.#ask(RELEASE, cut);
  }

  /** The statements that have waited long, by their marks. */
  #suspects(): Map<string, { client: Connected; statement: object }> {
    const suspects = new Map<string, { client: Connected; statement: object }>();
    for (const client of this.busy) {
      const statement = client._activeQuery;
      const mark = /^\/\*[\w.]+\*\//.exec(statement?.text ?? "")?.[0];
      if (statement === null || mark === undefined) continue;
      const watched = this.#watched.get(statement) ?? { looks: 0, misses: 0 };
      this.#watched.set(statement, watched);
      if (++watched.looks > PATIENT_LOOKS) suspects.set(mark, { client, statement });
    }
    return suspects;
  }

  /**
   * The statements that the server is not running; all of them if the address does not
   * answer. It may answer without saying anything about the statements: a server or pooler may refuse
   * the question, and a pooler whose connections are all in use makes the question wait.
   */
  async #lost(marks: readonly string[]): Promise<ReadonlySet<string>> {
    const { host, port } = this.open();
    const answered = isAnswered({ host, port }, this.#answerMs);
    try {
      const [found] = await this.#ask<{ shown: boolean; lost: string[] }>(ASK, marks);
      return new Set(found?.shown ? found.lost : []);
    } catch {
      return new Set(await answered ? [] : marks);
    }
  }

  async #ask<T extends pg.QueryResultRow>(sql: string, names: readonly string[]): Promise<T[]> {
    const client = this.open();
    client.on("error", () => {});
    const asked: pg.QueryConfig & { query_timeout: number } = {
      text: sql,
      values: [names],
      query_timeout: this.#answerMs,
    };
    try {
      await client.connect();
      return (await client.query<T>(asked)).rows;
    } finally {
      client.end().catch(() => {});
    }
  }
}
