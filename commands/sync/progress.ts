/** What a running sync shows: a bar on a terminal, log lines elsewhere; of several wearers, a line each. */
import type { SingleBar } from "cli-progress";
import { stderr } from "node:process";
import { loggerOf } from "../../lib/log/log.ts";
import { visibleValue } from "../../lib/values/visible.ts";
import type { TypeOutcome } from "../../pipelines/sync/outcome.ts";
import type { Progress } from "../../pipelines/sync/run_sync.ts";
import { canDraw, type Terminal } from "../_cli/terminal.ts";
import { countText } from "../_cli/output.ts";

type Logger = ReturnType<typeof loggerOf>;

/**
 * Shows one wearer's sync as a bar on a terminal that can draw one, when logs are pretty, else as log
 * lines. Several wearers are synced side by side: each has a line when it has ended.
 */
export async function createProgress(
  terminal: Terminal,
  pretty: boolean,
): Promise<(wearers: number) => Progress> {
  // Without a terminal the package is not needed, and it takes time to load.
  const bars = canDraw(terminal) && pretty ? await import("cli-progress") : null;
  let ended = 0;
  return (wearers) => {
    if (wearers > 1) return createWearerLine(wearers, () => ++ended);
    return bars === null ? createLogLines() : createBar(bars.SingleBar);
  };
}

function createWearerLine(wearers: number, countEnded: () => number): Progress {
  const log = loggerOf("sync");
  return {
    onEvent() {},
    onEnd({ userId: wearer, counts, traffic: { requests }, error }) {
      const facts = { wearer, ...counts, requests, ended: countEnded(), wearers };
      if (error === null) {
        log.info(
          "{wearer}: {inserted} inserted, {updated} updated, {unchanged} unchanged, {requests} requests ({ended} of {wearers} wearers).",
          facts,
        );
      } else {
        const { code, message } = error;
        log.error("{wearer} failed: {error} ({ended} of {wearers} wearers).", {
          ...facts,
          code,
          error: message,
        });
      }
    },
    stop() {},
  };
}

function createBar(Bar: typeof SingleBar): Progress {
  const bar = new Bar({
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
        log.info("Fetching {windows} windows across {types} data types.", { ...event });
      }
      if (event.kind === "window") {
        const { dataType, rows, window: { from, to } } = event;
        log.debug("{dataType} {from} to {to}: {rows} documents.", { dataType, from, to, rows });
      }
      if (event.kind === "type") {
        logOutcome(log, event.outcome);
        logDrift(log, event.outcome);
      }
    },
    stop: () => {},
  };
}

function logOutcome(log: Logger, outcome: TypeOutcome): void {
  const { dataType, state, counts } = outcome;
  const facts = { dataType, state, ...counts };
  // The end of the run names its one cause.
  if (outcome.stopped) log.debug("{dataType} was stopped.", facts);
  else if (outcome.state === "failed") {
    log.error("{dataType} failed: {error}", { ...facts, error: outcome.error.message });
  } else if (outcome.state === "skipped") {
    log.warn("Skipping {dataType}: {reason}.", { ...facts, reason: outcome.reason });
  } else {
    log.info("{dataType}: {inserted} inserted, {updated} updated, {unchanged} unchanged.", facts);
  }
}

function logDrift(log: Logger, { dataType, changedFields, newFields }: TypeOutcome): void {
  for (const { path, expected, found, count } of changedFields ?? []) {
    const facts = { dataType, path, expected, found, count };
    log.warn("{dataType}.{path} is {found} instead of {expected}, {count} times.", facts);
  }
  for (const { path, shape, count, yaml } of newFields ?? []) {
    const facts = { dataType, path, shape, count, yaml };
    log.warn("{dataType}.{path} is new: {shape}, {count} times.", facts);
  }
}
