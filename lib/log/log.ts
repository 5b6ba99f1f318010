/**
 * Logging: through LogTape, to standard error, with redaction. The program logs what it does, never
 * what a document says.
 */
import {
  configure,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
  type LogLevel,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";
import { redactByPattern, type RedactionPattern } from "@logtape/redaction";
import { visibleLines } from "../values/visible.ts";

/** How to log. */
export interface LogSettings {
  level: LogLevel;
  format: "pretty" | "json";
  /** Whether the pretty format may use the colours of a terminal. @default true */
  colours?: boolean;
  /** Takes one finished record with its line feed. */
  write: (text: string) => void;
}

/** Secrets by their shape, in case one ever gets into a message. */
const SECRETS: RedactionPattern[] = [
  { pattern: /\bBearer\s+[\w.~+/=-]+/gi, replacement: "Bearer [redacted]" },
  {
    pattern:
      /\b(access_token|refresh_token|client_secret|code|code_verifier|password)(?:=|%3D)[^&\s"']+/gi,
    replacement: "[redacted]",
  },
  {
    // As a property: in JSON, in JSON within JSON, and as the pretty format prints it, in colour.
    pattern:
      /(?<=\b(?:access_token|refresh_token|client_secret|code_verifier|password)\\?["']?\s*:\s*(?:\S\[\d+m)?\\?["'])[^"'\\]+/gi,
    replacement: "[redacted]",
  },
  { pattern: /\b(postgres(?:ql)?:\/\/[^:@/\s]+):[^@\s]+@/gi, replacement: "[redacted]@" },
];

/** Sets logging up, once, before anything logs. */
export async function configureLogging(settings: LogSettings): Promise<void> {
  const formatter = redactByPattern(formatterOf(settings), SECRETS);
  await configure({
    sinks: { stderr: (record: LogRecord) => settings.write(formatter(record)) },
    loggers: [
      { category: "oura-sync", lowestLevel: settings.level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
    reset: true,
  });
}

/** The logger of a room, such as `sync` or `oura`. */
export function loggerOf(room: string): Logger {
  return getLogger(["oura-sync", room]);
}

function formatterOf({ format, colours = true }: LogSettings): TextFormatter {
  if (format === "pretty") {
    const text = { timestamp: "time", value: "bare" } as const;
    const line = colours
      ? getAnsiColorFormatter({ ...text, categoryStyle: null })
      : getTextFormatter(text);
    // Before the formatter, whose colours are control characters themselves.
    return (record) => line({ ...record, message: record.message.map(visiblePart) });
  }
  const jsonLine = getJsonLinesFormatter({ properties: "flatten" });
  // Rendered here, because LogTape's own rendering would put texts in quotes.
  return (record) =>
    visibleLines(jsonLine({ ...record, message: [record.message.map(textOf).join("")] }));
}

/** A part of a message in which nothing steers a terminal; what is no text stays a value. */
function visiblePart(part: unknown): unknown {
  if (typeof part === "string") return visibleLines(part);
  return typeof part === "object" && part !== null ? visibleLines(textOf(part)) : part;
}

/** A part of a message as text. */
function textOf(part: unknown): string {
  if (part instanceof Error) return part.message;
  if (typeof part !== "object" || part === null) return String(part);
  return Deno.inspect(part, { compact: true, breakLength: Infinity });
}
