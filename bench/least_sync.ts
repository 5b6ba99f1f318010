/**
 * The least that a first sync of heart rate can do: fetch the pages, parse them, and copy the rows in,
 * with key, columns and document, through the driver that `sync` uses. Nothing is checked, compared,
 * recorded or rolled up, and no memory is spared. A sync can hardly take less time than this.
 * Prints the number of rows as a JSON line.
 */
import { parseArgs } from "node:util";
import { openPostgres } from "../lib/db/driver/postgres/open_postgres.ts";
import { copyField } from "../lib/db/driver/text/copy_text.ts";

/** A window, and the instants from which to before which its samples are its own. */
interface Share {
  readonly bounds: Record<string, string>;
  readonly from: string;
  readonly before: string;
}

/** One page of Oura's answer, as far as it matters here. */
interface Page {
  readonly data: readonly { timestamp: string; source: string; bpm: number }[];
  /** Absent or null on the last page. */
  readonly next_token?: string | null;
}

const { values } = parseArgs({
  options: {
    oura: { type: "string" },
    database: { type: "string" },
    token: { type: "string" },
    user: { type: "string" },
    windows: { type: "string" },
  },
});
const { oura, database, token, user, windows } = values as Required<typeof values>;
const AT_ONCE = 4;
const COPY = `COPY oura.bench_copy (user_id, "timestamp", source, bpm, raw_data) FROM STDIN`;

const db = await openPostgres({ kind: "url", url: database }, {
  schema: "oura",
  poolSize: AT_ONCE,
});
const queue = (JSON.parse(windows) as Share[]).values();
let rows = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (const share of queue) await db.transaction((tx) => tx.copyIn!(COPY, linesOf(share)));
}));
await db.close();
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ rows })}\n`));

/** The lines of a window, page by page. Windows overlap; a sample is taken from one of them. */
async function* linesOf({ bounds, from, before }: Share): AsyncGenerator<string> {
  const start = copyField(user);
  let next: string | null = null;
  do {
    const query = new URLSearchParams(next === null ? bounds : { ...bounds, next_token: next });
    const response = await fetch(`${oura}/v2/usercollection/heartrate?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`${response.url} answered with ${response.status}`);
    const page = await response.json() as Page;
    let lines = "";
    for (const document of page.data) {
      const { timestamp, source, bpm } = document;
      if (timestamp < from || timestamp >= before) continue;
      lines += `${start}\t${timestamp}\t${source}\t${bpm}\t${
        copyField(JSON.stringify(document))
      }\n`;
      rows++;
    }
    yield lines;
    next = page.next_token ?? null;
  } while (next !== null);
}
