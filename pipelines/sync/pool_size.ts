import type { Concurrency } from "../../lib/oura/http/request_limit.ts";

/** Loading is bound by the processors: more connections than these gain nothing. */
const MOST_CONNECTIONS = 5;

/** Database connections for so many requests at once, and one for the leases. */
export function poolSizeFor(concurrency: Concurrency): number {
  return concurrency === "auto" ? MOST_CONNECTIONS : Math.min(concurrency + 1, MOST_CONNECTIONS);
}
