/** What a running sync shows: a bar on a terminal, log lines elsewhere. */
import { SingleBar } from "cli-progress";
import { stderr } from "node:process";
import { loggerOf } from "../../lib/log/log.ts";
import { visibleValue } from "../../lib/values/visible.ts";
import type { SyncEvent } from "../../pipelines/sync/sync_wearer.ts";
import { canDraw, type Terminal } from "../_cli/terminal.ts";
import { countText } from "../_cli/output.ts";

/** Takes the events of a sync; `stop` leaves the screen clean. */
export interface Progress {
  onEvent(event: SyncEvent): void;
  stop(): void;
}

/** A bar on a terminal that can draw one, when logs are pretty; else log lines. */
export function createProgress(terminal: Terminal, pretty: boolean): Progress {
  return canDraw(terminal) && pretty ? createBar() : createLogLines();
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
  let stopped = false;
  return {
    onEvent(event) {
      if (stopped) return;
      if (event.kind === "planned") bar.start(event.windows, 0, { rows: "0", what: "" });
      if (event.kind === "window") {
        rows += event.rows;
        bar.increment({
          rows: countText(rows),
          what: visibleValue(`${event.dataType} ${event.window.from}`),
        });
      }
    },
    stop() {
      stopped = true;
      bar.stop();
    },
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
        const { dataType, state, counts, error, reason, stopped } = event.outcome;
        const facts = { dataType, state, ...counts };
        // The end of the run tells its one cause.
        if (stopped) log.debug("{dataType} was stopped.", facts);
        else if (error) log.error("{dataType} failed: {error}", { ...facts, error: error.message });
        else if (reason) log.warn("{dataType} is left out: {reason}.", { ...facts, reason });
        else {
          log.info(
            "{dataType}: {inserted} inserted, {updated} updated, {unchanged} unchanged.",
            facts,
          );
        }
        for (const { path, expected, found, count } of event.outcome.changedFields ?? []) {
          log.warn("{dataType}.{path} is {found} instead of {expected}, {count} times.", {
            dataType,
            path,
            expected,
            found,
            count,
          });
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
