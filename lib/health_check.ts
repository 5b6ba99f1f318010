/**
 * Tells a monitor that a run started and how it ended, so that it can raise an alarm when none did.
 * The protocol is that of https://healthchecks.io/docs/http_api/ and its relatives: GET the URL for
 * success, `/start` behind it for the beginning, `/<exit status>` for a failure. A monitor that
 * hangs or is gone never breaks a run, and holds up its end for {@linkcode PING_MS} twice at most.
 */
import pRetry from "p-retry";
import { EXIT, OuraSyncError } from "./errors.ts";
import { loggerOf } from "./log/log.ts";

/** Time for one signal with its repeats, in milliseconds. */
export const PING_MS = 5_000;

/** What {@linkcode withHealthCheck} can be told. */
export interface HealthCheckOptions {
  /** @default {@linkcode PING_MS} */
  timeoutMs?: number;
}

/**
 * Runs `body` between two signals to the monitor.
 * @param url The check's own URL; null: no check is called.
 * @param body Returns the exit code. What it throws is signalled with its exit code, and rethrown.
 */
export async function withHealthCheck(
  url: string | null,
  body: () => Promise<number>,
  { timeoutMs = PING_MS }: HealthCheckOptions = {},
): Promise<number> {
  if (url === null) return await body();
  // Not awaited: the run need not wait for its monitor.
  const started = ping(signalUrl(url, "start"), timeoutMs);
  const end = async (exitCode: number) => {
    // In order, or a late start would undo the end.
    await started;
    await ping(signalUrl(url, exitCode === EXIT.done ? "" : String(exitCode)), timeoutMs);
  };
  let exitCode: number = EXIT.bug;
  try {
    exitCode = await body();
  } catch (error) {
    if (error instanceof OuraSyncError) exitCode = error.exitCode;
    throw error;
  } finally {
    await end(exitCode);
  }
  return exitCode;
}

/** The URL of a signal: a step below the check's path, its query kept. */
function signalUrl(check: string, signal: string): URL {
  const url = new URL(check);
  if (signal !== "") url.pathname = `${url.pathname.replace(/\/+$/, "")}/${signal}`;
  return url;
}

/** Never rejects. The URL is a secret of a kind: only its host is logged. */
async function ping(url: URL, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await pRetry(async () => {
      const response = await fetch(url, { signal });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    }, { retries: 2, minTimeout: 250, signal });
  } catch (error) {
    const answered = error instanceof Error && error.message.startsWith("it answered");
    loggerOf("health").warn("Could not ping the health check at {host}: {problem}.", {
      host: url.host,
      problem: signal.aborted
        ? `no answer within ${timeoutMs / 1000} s`
        : answered
        ? error.message
        : "it cannot be reached",
    });
  }
}
