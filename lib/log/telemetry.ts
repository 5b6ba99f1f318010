/**
 * OpenTelemetry: spans of runs, types and windows, and a few counts. Deno exports them when it is
 * started with `OTEL_DENO=true`, see https://docs.deno.com/runtime/fundamentals/open_telemetry/;
 * otherwise nothing is loaded and every call returns at once. Names, days, counts and error codes
 * go out; never a value of a document, nor the query of a URL.
 */
import type { Attributes, Context, Span as ApiSpan } from "@opentelemetry/api";
import { redactSpansLike } from "./span_redaction.ts";
import { VERSION } from "../version.ts";

/** A stretch of work. */
export interface Span {
  /** A stretch within this one. */
  child(name: string, attributes?: Attributes): Span;
  /** Runs `body` so that the requests it makes are parts of this span. */
  within<T>(body: () => T): T;
  /** Ends it; a failure is told by its code. */
  end(attributes?: Attributes, failure?: string): void;
}

/** What is counted, each with its unit and what it is. */
const COUNTERS = {
  documents: ["{document}", "Documents read, by data type and what became of them"],
  requests: ["{request}", "Requests to Oura, by data type"],
  retries: ["{request}", "Requests repeated after a failure, by path"],
  waits: ["{wait}", "Waits for the rate limit"],
} as const;

/** See the file's head. */
export interface Telemetry {
  /** Begins a span of its own. */
  span(name: string, attributes?: Attributes): Span;
  /** Adds to a counter. */
  count(counter: keyof typeof COUNTERS, more: number, attributes?: Attributes): void;
}

const SILENT_SPAN: Span = {
  child: () => SILENT_SPAN,
  within: (body) => body(),
  end: () => {},
};
const SILENT: Telemetry = { span: () => SILENT_SPAN, count: () => {} };

let current = SILENT;

/** The telemetry of this process; silent until {@linkcode startTelemetry} found an exporter. */
export function telemetry(): Telemetry {
  return current;
}

/** Begins to export where Deno was told to. Cheap otherwise. */
export async function startTelemetry(): Promise<void> {
  // Where Deno exports, it has registered itself here; asking costs no permission.
  if (Reflect.get(globalThis, Symbol.for("opentelemetry.js.api.1")) === undefined) return;
  if (current !== SILENT) return;
  const api = await import("@opentelemetry/api");
  const tracer = api.trace.getTracer("oura-sync", VERSION);
  // Never ended, hence never exported: it only shows what spans are made of.
  redactSpansLike(tracer.startSpan("sample"));
  const meter = api.metrics.getMeter("oura-sync", VERSION);
  const counters = Object.fromEntries(
    Object.entries(COUNTERS).map(([name, [unit, description]]) => [
      name,
      meter.createCounter(`oura_sync.${name}`, { unit, description }),
    ]),
  );

  const begin = (name: string, attributes: Attributes, parent: Context): Span => {
    const span: ApiSpan = tracer.startSpan(`oura_sync.${name}`, { attributes }, parent);
    const inside = api.trace.setSpan(parent, span);
    return {
      child: (name, attributes = {}) => begin(name, attributes, inside),
      within: (body) => api.context.with(inside, body),
      end(attributes = {}, failure) {
        span.setAttributes(attributes);
        if (failure !== undefined) {
          span.setAttribute("error.type", failure);
          span.setStatus({ code: api.SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  };
  current = {
    span: (name, attributes = {}) => begin(name, attributes, api.context.active()),
    count: (name, more, attributes = {}) => counters[name]!.add(more, attributes),
  };
}
