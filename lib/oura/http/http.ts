/**
 * One GET against Oura's API, made dependable: bounded in time, retried where that can help, held
 * back by the shared rate gate, with the token refreshed once when Oura refuses it.
 */
import pRetry, { type RetryContext } from "p-retry";
import { messageOf, OuraUnavailableError, UsageError } from "../../errors.ts";
import { isHeaderToken } from "../../header_token.ts";
import { OURA_API_URL } from "../endpoints.ts";
import { RateLimitSignal, readAnswer, RetryableError } from "./read_response.ts";
import { free, readBody } from "./body.ts";
import { BodyBudget } from "./body_budget.ts";
import { AccessDeniedError, BadAnswerError, RateLimitedError } from "../errors.ts";
import type { Priority } from "./rate_budget.ts";
import { RateGate } from "./rate_gate.ts";
import { type InFlight, type LoadSign, RequestLimit } from "./request_limit.ts";
import type { TokenProvider } from "../token_provider.ts";
import { noteAnswer, noteRequest, noTraffic, type Traffic } from "./request_stats.ts";

/** Options of {@linkcode OuraHttp}. */
export interface OuraHttpOptions {
  tokens: TokenProvider;
  /** @default {@linkcode OURA_API_URL} */
  baseUrl?: string;
  /** @default globalThis.fetch */
  fetch?: typeof fetch;
  /** Shared by everything that asks Oura from this process. */
  gate?: RateGate;
  /** How many requests are in flight at once. @default A limit of its own that adapts */
  limit?: RequestLimit;
  /** What the requests are for: who goes first where the rate is limited. @default "sync" */
  priority?: Priority;
  /** Time for one request with its body, in ms. @default 60_000 */
  timeoutMs?: number;
  /** Bytes of a body, decoded, beyond which it is not read on. @default 67_108_864 */
  largestBody?: number;
  /** Bounds what all answers being read hold together. @default One for the whole process */
  bodies?: BodyBudget;
  /** Repeats after server errors, cut connections and unusable answers. @default 5 */
  retries?: number;
  /** First back-off in ms; doubles, with jitter, up to 30 s. @default 500 */
  backoffMs?: number;
  /** Called for every failed attempt that is repeated, for the log. */
  onRetry?: (path: string, problem: string, attempt: number) => void;
}

/** What is asked for, however many attempts it takes and with whichever token. */
interface Get {
  readonly path: string;
  readonly params: Record<string, string>;
  readonly signal: AbortSignal | undefined;
}

/** Ten years of the largest data type in one page have half of it. */
const LARGEST_BODY = 64 * 1024 * 1024;

/** All clients of a process share one: what is bounded is the memory of the process. */
const SHARED_BUDGET = new BodyBudget();

/** See the file's head. */
export class OuraHttp {
  readonly tokens: TokenProvider;
  readonly traffic: Traffic = noTraffic();
  readonly #baseUrl: string;
  readonly #fetch: typeof fetch;
  /** How many requests may be in flight at once. */
  readonly limit: RequestLimit;
  /** How many requests of this wearer may be in flight: it has a limit, and failures, of its own. */
  readonly #own: RequestLimit;
  readonly #gate: RateGate;
  readonly #priority: Priority;
  readonly #timeoutMs: number;
  readonly #largestBody: number;
  readonly #bodies: BodyBudget;
  readonly #retries: number;
  readonly #backoffMs: number;
  readonly #onRetry: NonNullable<OuraHttpOptions["onRetry"]>;

  constructor(options: OuraHttpOptions) {
    this.tokens = options.tokens;
    this.#baseUrl = (options.baseUrl ?? OURA_API_URL).replace(/\/+$/, "");
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#gate = options.gate ?? new RateGate();
    this.limit = options.limit ?? new RequestLimit();
    this.#own = this.limit.ofWearer();
    this.#priority = options.priority ?? "sync";
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#largestBody = options.largestBody ?? LARGEST_BODY;
    this.#bodies = options.bodies ?? SHARED_BUDGET;
    this.#retries = options.retries ?? 5;
    this.#backoffMs = options.backoffMs ?? 500;
    this.#onRetry = options.onRetry ?? (() => {});
  }

  /**
   * GETs a path and returns the parsed JSON.
   * @throws {AccessDeniedError} 401 (after one refresh) and 403.
   * @throws {AppOutdatedError} 426.
   * @throws {DocumentNotFoundError} 404.
   * @throws {RequestRefusedError} Other 4xx.
   * @throws {OuraUnavailableError} When retries or patience are used up.
   * @throws {SignInError} When the refresh shows that the grant has expired.
   * @throws {UsageError} When no request could carry the token.
   */
  async getJson(
    path: string,
    params: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<unknown> {
    const get: Get = { path, params, signal };
    let token = await this.tokens.accessToken();
    let refreshed = false;
    for (;;) {
      try {
        return await this.#getWithRetries(get, token);
      } catch (error) {
        const refused = error instanceof AccessDeniedError && error.refusal.status === 401;
        if (!refused || refreshed) throw error;
        const fresh = await this.tokens.refresh(token);
        if (fresh === null) throw error;
        token = fresh;
        refreshed = true;
      }
    }
  }

  async #getWithRetries(get: Get, token: string): Promise<unknown> {
    const onFailedAttempt = ({ error, attemptNumber }: RetryContext) => {
      if (error instanceof RetryableError) this.#onRetry(get.path, error.message, attemptNumber);
    };
    const started = this.#gate.now();
    /** All requests keep to a pause that Oura asks for, if it is within the patience. */
    const shouldRetry = ({ error }: RetryContext) => {
      if (!(error instanceof RetryableError)) return false;
      const { pauseMs } = error;
      if (pauseMs === null) return true;
      if (this.#gate.now() - started + pauseMs > this.#gate.patienceMs) return false;
      this.#gate.close(pauseMs);
      return true;
    };
    try {
      return await pRetry(() => this.#whenAllowed(get, token), {
        retries: this.#retries,
        minTimeout: this.#backoffMs,
        maxTimeout: 30_000,
        randomize: true,
        onFailedAttempt,
        shouldRetry,
        ...(get.signal ? { signal: get.signal } : {}),
      });
    } catch (error) {
      throw error instanceof RetryableError ? error.failure : error;
    }
  }

  /** An attempt that gets another answer than 429. */
  async #whenAllowed(get: Get, token: string): Promise<unknown> {
    const { patienceMs } = this.#gate;
    const started = this.#gate.now();
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#inTurn(get, token);
      } catch (error) {
        if (!(error instanceof RateLimitSignal)) throw error;
        this.#onRetry(get.path, error.message, attempt);
        if (this.#gate.now() - started > patienceMs) {
          throw new RateLimitedError(error.waitMs, patienceMs);
        }
      }
    }
  }

  /** An attempt within the limit of requests in flight, which learns from how it ends. */
  async #inTurn(get: Get, token: string): Promise<unknown> {
    if (!isHeaderToken(token)) throw unusableToken();
    const request = await this.#admission(get.signal);
    const sentAt = this.#gate.now();
    let sign: LoadSign = null;
    try {
      const answer = await this.#attempt(get, token);
      sign = "answered";
      return answer;
    } catch (error) {
      if (error instanceof RateLimitSignal) sign = "overloaded";
      else if (error instanceof RetryableError) sign = "failed";
      throw error;
    } finally {
      request.end(sign, this.#gate.now() - sentAt);
    }
  }

  /** Waits at the gate first: a request that waits for the rate limit is not in flight. */
  async #admission(signal: AbortSignal | undefined): Promise<InFlight> {
    for (;;) {
      await this.#gate.opens(this.#priority, signal);
      const isUrgent = this.#priority === "document";
      const own = await this.#own.enter(signal, isUrgent);
      const place = await this.limit.enter(signal, isUrgent, this).catch((error) => {
        own.end(null, 0);
        throw error;
      });
      const end: InFlight["end"] = (sign, ms) => {
        place.end(sign, ms);
        own.end(sign, ms);
      };
      if (this.#gate.take(this.#priority)) return { end };
      end(null, 0);
    }
  }

  async #attempt(get: Get, token: string): Promise<unknown> {
    const { path, params, signal } = get;
    const url = new URL(this.#baseUrl + path);
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    noteRequest(this.traffic, path);
    using room = this.#bodies.open();
    let response: Response;
    let bytes: Uint8Array | null;
    try {
      response = await this.#fetch(url, {
        headers: { authorization: `Bearer ${token}`, accept: "application/json" },
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      bytes = await readBody(response, this.#largestBody, room.take);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new RetryableError(this.#unreachable(path, timeout.aborted, error));
    }
    if (bytes === null) throw new BadAnswerError(path, "the response is too large");
    noteAnswer(this.traffic, path, response, bytes.length);
    try {
      const text = new TextDecoder().decode(bytes);
      free(bytes);
      return readAnswer(path, response, text, token);
    } catch (error) {
      if (error instanceof RateLimitSignal) this.#gate.closeForAll(error.waitMs);
      throw error;
    }
  }

  #unreachable(path: string, timedOut: boolean, cause: unknown): OuraUnavailableError {
    const problem = timedOut ? `no answer within ${this.#timeoutMs / 1000} s` : messageOf(cause);
    return new OuraUnavailableError(
      "OURA_UNREACHABLE",
      `Oura cannot be reached at ${new URL(this.#baseUrl).host} for ${path}: ${
        problem.replaceAll(/\?\S*/g, "")
      }`,
      { cause, hint: "Check the network of this machine, then run again." },
    );
  }
}

function unusableToken(): UsageError {
  return new UsageError(
    "TOKEN_UNUSABLE",
    "the access token contains characters that HTTP headers do not allow",
    {
      hint: "A token is one line of visible ASCII characters, without spaces.",
    },
  );
}
