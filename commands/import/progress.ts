/** What a running import shows: a bar on a terminal, log lines elsewhere. */
import { stderr } from "node:process";
import { loggerOf } from "../../lib/log/log.ts";
import { canDraw, type Terminal } from "../_cli/terminal.ts";

/** Follows the rows of an archive. */
export interface Progress {
  start(rows: number): void;
  add(dataType: string, rows: number): void;
  stop(): void;
}

/** A bar on a terminal that can draw one, when logs are pretty; else log lines. */
export async function createProgress(terminal: Terminal, pretty: boolean): Promise<Progress> {
  if (!canDraw(terminal) || !pretty) {
    const log = loggerOf("import");
    return {
      start: (rows) => log.info("{rows} rows to import.", { rows }),
      add: (dataType, rows) => log.debug("{dataType}: {rows} rows.", { dataType, rows }),
      stop: () => {},
    };
  }
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    format: " {bar} {value}/{total} rows · {what}",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stream: stderr,
  });
  return {
    start: (rows) => bar.start(rows, 0, { what: "" }),
    add: (dataType, rows) => bar.increment(rows, { what: dataType }),
    stop: () => bar.stop(),
  };
}
