/** The query of a connection URL, read as libpq reads it. */
import type { UsageError } from "../../../errors.ts";

/** Parameters of libpq that change nothing here, because the driver decides or has no say. */
export const IGNORED: readonly string[] = [
  "client_encoding",
  "fallback_application_name",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
  "sslcompression",
  "sslsni",
  "target_session_attrs",
  "tcp_user_timeout",
];

/**
 * Parameters that a person may have given a meaning to: of libpq, and `pgbouncer`, which other
 * programs need. This one works through PgBouncer without it.
 */
export const IGNORED_WITH_NOTICE: readonly string[] = [
  "load_balance_hosts",
  "pgbouncer",
  "ssl_max_protocol_version",
];

/** Makes the error for a reason; it must not repeat any value. */
export type Invalid = (reason: string) => UsageError;

/** Parameters by name, each taken once. */
export class UrlParameters {
  readonly #values = new Map<string, string>();

  /**
   * @param search With its question mark. A plus is a plus: the URLs of PostgreSQL are no HTML forms.
   * @throws {UsageError} For an escape that is none.
   */
  constructor(search: string, private readonly invalid: Invalid) {
    for (const pair of search.slice(1).split("&").filter((pair) => pair !== "")) {
      const at = pair.indexOf("=");
      if (at < 0) throw invalid("one of its parameters has no value");
      this.#values.set(this.#decode(pair.slice(0, at)), this.#decode(pair.slice(at + 1)));
    }
  }

  /** The value of a parameter, or null. */
  take(name: string): string | null {
    const value = this.#values.get(name) ?? null;
    this.#values.delete(name);
    return value;
  }

  /**
   * The same, for a parameter with a fixed set of values.
   * @throws {UsageError} For any other value.
   */
  takeOnly<T extends string>(name: string, values: readonly T[]): T | null {
    const text = this.take(name);
    if (text === null) return null;
    const value = values.find((value) => value === text);
    if (value === undefined) throw this.invalid(`its ${name} must be one of ${values.join(", ")}`);
    return value;
  }

  /** Names of the parameters that were not taken. */
  left(): string[] {
    return [...this.#values.keys()];
  }

  #decode(part: string): string {
    try {
      return decodeURIComponent(part);
    } catch {
      throw this.invalid("it holds a % that is not an escape; write it as %25");
    }
  }
}
