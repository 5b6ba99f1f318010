/** What a client has asked for so far. */
export interface Traffic {
  requests: number;
  /** Bytes of answer bodies, decoded. */
  bytes: number;
  /** Trace ids of the refused and failed requests, newest last, at most 20. */
  traceIds: string[];
  /** Local clock minus Oura's, in ms, from the latest `Date` header. */
  clockSkewMs: number | null;
  /** Requests and bytes by the path asked. */
  byPath: Map<string, { requests: number; bytes: number }>;
}

/** Enough to quote to Oura's support. */
const MOST_TRACE_IDS = 20;

/** Of a client that has asked for nothing yet. */
export function noTraffic(): Traffic {
  return { requests: 0, bytes: 0, traceIds: [], clockSkewMs: null, byPath: new Map() };
}

/** Counts a request when it is sent, so that one without an answer is counted too. */
export function noteRequest(traffic: Traffic, path: string): void {
  count(traffic, path, { requests: 1, bytes: 0 });
}

/** Records what a response says besides its body. */
export function noteAnswer(
  traffic: Traffic,
  path: string,
  { status, headers }: { readonly status: number; readonly headers: Headers },
  bytes: number,
): void {
  count(traffic, path, { requests: 0, bytes });
  const date = Date.parse(headers.get("date") ?? "");
  if (!Number.isNaN(date)) traffic.clockSkewMs = Date.now() - date;
  const traceId = headers.get("x-trace-id");
  if (status !== 200 && traceId !== null) {
    traffic.traceIds = [...traffic.traceIds, traceId].slice(-MOST_TRACE_IDS);
  }
}

function count(traffic: Traffic, path: string, more: { requests: number; bytes: number }): void {
  const ofPath = traffic.byPath.get(path) ?? { requests: 0, bytes: 0 };
  traffic.byPath.set(path, ofPath);
  for (const sum of [traffic, ofPath]) {
    sum.requests += more.requests;
    sum.bytes += more.bytes;
  }
}
