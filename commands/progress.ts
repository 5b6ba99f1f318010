/** What a running sync shows: a bar on a terminal, log lines elsewhere. */
import { SingleBar } from "cli-progress";
import { stderr } from "node:process";
import { loggerOf } from "../lib/log.ts";
import { InterruptedError } from "../pipelines/errors.ts";
import type { SyncEvent } from "../pipelines/sync.ts";
import type { Io } from "./io.ts";
import { countText } from "./output.ts";

/** Takes the events of a sync; `stop` leaves the screen clean. */
export interface Progress {
  onEvent(event: SyncEvent): void;
  stop(): void;
}

/** A bar when somebody watches and logs are pretty, else log lines. */
export function createProgress(io: Io, pretty: boolean): Progress {
  return io.errIsTerminal && pretty ? createBar() : createLogLines();
}

function createBar(): Progress {
  const bar = new SingleBar({
    format: " {bar} {value}/{total} windows · {rows} rows · {what}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stream: stderr,
  });
  let rows = 0;
  return {
    onEvent(event) {
      if (event.kind === "planned") bar.start(event.windows, 0, { rows: "0", what: "" });
      if (event.kind === "window") {
        rows += event.rows;
        bar.increment({ rows: countText(rows), what: `${event.dataType} ${event.window.from}` });
      }
    },
    stop: () => bar.stop(),
  };
}

function createLogLines(): Progress {
  const log = loggerOf("sync");
  return {
    onEvent(event) {
      if (event.kind === "planned") {
        log.info("{windows} windows of {types} data types to fetch.", { ...event });
      }
      if (event.kind === "window") {
        const { from, to } = event.window;
        log.debug("{dataType} {from} to {to}: {rows} documents.", {
          dataType: event.dataType,
          from,
          to,
          rows: event.rows,
        });
      }
      if (event.kind === "type") {
        const { dataType, state, counts, error, reason } = event.outcome;
        const facts = { dataType, state, ...counts };
        // A stop is told of once, at the end.
        if (error instanceof InterruptedError) log.debug("{dataType} was stopped.", facts);
        else if (error) log.error("{dataType} failed: {error}", { ...facts, error: error.message });
        else if (reason) log.warn("{dataType} is left out: {reason}.", { ...facts, reason });
        else {
          log.info(
            "{dataType}: {inserted} inserted, {updated} updated, {unchanged} unchanged.",
            facts,
          );
        }
        for (const { path, shape, count, yaml } of event.outcome.newFields ?? []) {
          log.warn("{dataType}.{path} is new: {shape}, {count} times.", {
            dataType,
            path,
            shape,
            count,
            yaml,
          });
        }
      }
    },
    stop: () => {},
  };
}
