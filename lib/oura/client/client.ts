/** The client for programs: a typed method per data type, with retries, limits and refresh inside. */
import { UsageError } from "../../errors.ts";
import {
  DATA_TYPES,
  type DataTypeName,
  type DocumentOf,
  isDataTypeName,
} from "../catalog/index.ts";
import {
  type CallOptions,
  type GetMethods,
  type Instant,
  methodNames,
  type PageMethods,
  type SingleDocumentName,
} from "./methods.ts";
import {
  type DifferenceHandler,
  type MisfitHandler,
  readPages,
  type Source,
  validate,
} from "./read.ts";
import { checkRanges } from "./option_ranges.ts";
import { OuraHttp } from "../http/http.ts";
import { isSafeForSecrets } from "../../loopback.ts";
import { RateGate } from "../http/rate_gate.ts";
import { staticToken, type TokenProvider } from "../token_provider.ts";
import type { Traffic } from "../http/request_stats.ts";

/** Options of {@linkcode OuraClient} besides the token. */
export interface OuraClientSettings {
  /** Base URL of the API; plain http for this machine only. @default "https://api.ouraring.com" */
  baseUrl?: string;
  /** Asks Oura. @default globalThis.fetch */
  fetch?: typeof fetch;
  /** Time for one request with its body, in ms, from 1 to 3,600,000. @default 60_000 */
  timeoutMs?: number;
  /** Repeats after server errors, cut connections and unusable answers, from 0 to 100. @default 5 */
  retries?: number;
  /** The longest wait, in ms, that Oura may ask for when it limits the rate; at most a day. @default 900_000 */
  patienceMs?: number;
  /** Takes documents that cannot be used. @default They are thrown as `InvalidDocumentError`. */
  onInvalid?: MisfitHandler;
  /** Takes fields that are missing or of another kind than their type says. @default Nothing does */
  onDifference?: DifferenceHandler;
}

/** Options of {@linkcode OuraClient}: a token that stays, or something that keeps one fresh. */
export type OuraClientOptions =
  & OuraClientSettings
  & ({ accessToken: string; tokens?: never } | { tokens: TokenProvider; accessToken?: never });

/** A method for every data type of the catalog, in two forms: all at once, or page by page. */
export interface OuraClient extends GetMethods, PageMethods {}

/**
 * Reads one wearer's data. Needs no database.
 *
 * For each data type there is a `get` method that resolves with all documents, and one without `get`
 * that yields them page by page. Days are the wearer's local days and both ends are included: the
 * client asks Oura for more and keeps what the documents' own `day` says is in the range.
 *
 * Every method throws `UsageError` for a wrong date, `AccessDeniedError` for a missing scope or
 * membership, `OuraUnavailableError` when retries or patience are used up, `SignInError` for an expired
 * sign-in, and `InvalidDocumentError` for a document that is no object or lacks its key or its day.
 *
 * The types of the fields are those Oura documents. Oura sends null, or a fraction in place of a
 * whole number, where they do not say so: such documents are returned as they came, and
 * `onDifference` gets each difference.
 *
 * @example All documents of some days
 * ```ts
 * import assert from "node:assert/strict";
 * import { OuraClient } from "@oura-sync/oura-sync";
 *
 * const client = new OuraClient({
 *   accessToken: "a-token",
 *   // Only so that this example runs without a network.
 *   fetch: () => Promise.resolve(Response.json({ data: [
 *     { id: "a", day: "2026-01-31", score: 81, timestamp: "2026-01-31T00:00:00+00:00", contributors: {} },
 *   ], next_token: null })),
 * });
 * const nights = await client.getDailySleep("2026-01-01", "2026-01-31");
 * assert.deepEqual(nights.map(({ day, score }) => [day, score]), [["2026-01-31", 81]]);
 * ```
 *
 * @example A year of heart rate, page by page
 * ```ts
 * import { OuraClient } from "@oura-sync/oura-sync";
 *
 * const client = new OuraClient({
 *   accessToken: "a-token",
 *   fetch: () => Promise.resolve(Response.json({ data: [], next_token: null })),
 * });
 * let beats = 0;
 * for await (const page of client.heartRate("2025-01-01", "2025-12-31T23:59:59+01:00")) {
 *   for (const { bpm } of page) beats += bpm;
 * }
 * ```
 */
export class OuraClient {
  readonly #source: Source;

  /**
   * Asks nothing yet.
   * @throws {UsageError} When the token is empty, `baseUrl` is not safe to send it to, or a number is
   * out of its range.
   */
  constructor(options: OuraClientOptions) {
    const { accessToken, tokens, onInvalid, onDifference, patienceMs, baseUrl, ...rest } = options;
    requireSafe(baseUrl);
    checkRanges({ patienceMs, timeoutMs: rest.timeoutMs, retries: rest.retries });
    if (tokens === undefined && !accessToken) {
      throw new UsageError("TOKEN_MISSING", "OuraClient needs an accessToken, or tokens");
    }
    const http = new OuraHttp({
      ...rest,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      tokens: tokens ?? staticToken(accessToken!),
      gate: new RateGate(patienceMs === undefined ? {} : { patienceMs }),
    });
    this.#source = { http, onInvalid, onDifference };
    for (const name of Object.keys(DATA_TYPES).filter(isDataTypeName)) {
      Object.assign(this, methodsOf(this.#source, name));
    }
  }

  /** What this client has asked for so far. */
  get traffic(): Readonly<Traffic> {
    return this.#source.http.traffic;
  }

  /**
   * One document by its id, as webhook events name it.
   * @throws {DocumentNotFoundError} When the document does not exist, or no longer exists.
   */
  async getDocument<Name extends SingleDocumentName>(
    dataType: Name,
    id: string,
    { signal }: CallOptions = {},
  ): Promise<DocumentOf<Name>> {
    const type = isDataTypeName(dataType) ? DATA_TYPES[dataType] : undefined;
    if (!type?.singleDocument) {
      throw new UsageError("NO_SINGLE_DOCUMENT", `Oura has no single documents of ${dataType}`);
    }
    if (id === "") throw new UsageError("ID_MISSING", "the id of a document must not be empty");
    const path = `${type.endpoint}/${encodeURIComponent(id)}`;
    const document = await this.#source.http.getJson(path, {}, signal);
    // The caller asked for this one document, so it cannot be skipped.
    const { onDifference } = this.#source;
    return validate(dataType, document, { onInvalid: undefined, onDifference })!;
  }
}

function methodsOf(source: Source, name: DataTypeName): Record<string, unknown> {
  const { get, pages } = methodNames(name);
  const { window, envelope } = DATA_TYPES[name];
  const read = (args: unknown[]) => {
    if (window === "none") return readPages(source, name, null, args[0] as CallOptions);
    const [start, end, options] = args as [Instant, Instant, CallOptions?];
    return readPages(source, name, { start, end }, options);
  };
  return {
    [pages]: (...args: unknown[]) => read(args),
    [get]: async (...args: unknown[]) => {
      const documents = (await Array.fromAsync(read(args))).flat();
      return envelope === "object" ? documents[0] : documents;
    },
  };
}

function requireSafe(baseUrl: string | undefined): void {
  const url = baseUrl === undefined ? null : URL.parse(baseUrl);
  if (baseUrl === undefined || (url && isSafeForSecrets(url))) return;
  throw new UsageError("BASE_URL", "baseUrl must be https (plain http on this machine only)");
}
