/** Requests about subscriptions: bounded in time and size, repeated where that can help. */
import pRetry, { type RetryContext } from "p-retry";
import { messageOf, type OuraSyncError, OuraUnavailableError, UsageError } from "../../errors.ts";
import { isHeaderToken } from "../../header_token.ts";
import { AppRefusedError, BadAnswerError, type Refusal } from "../errors.ts";
import { readBody } from "../http/body.ts";
import { detailOf } from "../http/detail.ts";
import { RateGate } from "../http/rate_gate.ts";
import { RateLimitSignal, readAnswer, RetryableError } from "../http/read_response.ts";
import type { WantedSubscription } from "./subscription.ts";
import {
  HandshakeRefusedError,
  SubscriptionNotFoundError,
  SubscriptionRefusedError,
  SubscriptionTakenError,
} from "./subscription_errors.ts";

/** Options of the requests. */
export interface SubscriptionCallOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Address of the API, without a slash at the end. */
  readonly baseUrl: string;
  /** Ends requests and waits. */
  readonly signal?: AbortSignal | undefined;
  /** @default globalThis.fetch */
  readonly fetch?: typeof fetch;
  /** Time for one request; Oura's own handshake may take 10 s of it. @default 30_000 */
  readonly timeoutMs?: number;
  /** Repeats after server errors and cut connections. @default 3 */
  readonly retries?: number;
  /** First back-off in ms; doubles, with jitter. @default 500 */
  readonly backoffMs?: number;
  /** How long a rate limit is waited for, in ms. @default 60_000 */
  readonly patienceMs?: number;
}

/** What a request is about, for its errors. */
export interface Subject {
  /** The subscription that the path names. */
  readonly id?: string;
  readonly wanted?: WantedSubscription;
  readonly body?: Readonly<Record<string, string>>;
}

/** 51 subscriptions have about 15 KB. */
const LARGEST_BODY = 1024 * 1024;

/** See the file's head. */
export class SubscriptionCalls {
  readonly #gate: RateGate;

  constructor(private readonly options: SubscriptionCallOptions) {
    this.#gate = new RateGate({ patienceMs: options.patienceMs ?? 60_000 });
  }

  /**
   * Asks for a route.
   * @returns The parsed JSON; null for 204.
   * @throws As {@linkcode SubscriptionClient} says.
   */
  async ask(method: string, path: string, subject: Subject = {}): Promise<unknown> {
    const { retries = 3, backoffMs = 500, signal } = this.options;
    try {
      return await pRetry(() => this.#whenAllowed(method, path, subject), {
        retries,
        minTimeout: backoffMs,
        maxTimeout: 10_000,
        randomize: true,
        shouldRetry: ({ error }: RetryContext) => error instanceof RetryableError,
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      throw error instanceof RetryableError ? error.failure : error;
    }
  }

  /** An attempt that gets another answer than 429. */
  async #whenAllowed(method: string, path: string, subject: Subject): Promise<unknown> {
    const started = this.#gate.now();
    for (;;) {
      await this.#gate.opens("sync", this.options.signal);
      try {
        return await this.#attempt(method, path, subject);
      } catch (error) {
        if (!(error instanceof RateLimitSignal)) throw error;
        const waited = this.#gate.now() - started;
        // More than the patience together is refused by the gate.
        this.#gate.close(waited > this.#gate.patienceMs ? Infinity : error.waitMs);
      }
    }
  }

  async #attempt(method: string, path: string, subject: Subject): Promise<unknown> {
    const { clientId, clientSecret, baseUrl, signal, timeoutMs = 30_000 } = this.options;
    if (!isHeaderToken(clientId) || !isHeaderToken(clientSecret)) throw unusableApp();
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let bytes: Uint8Array | null;
    try {
      response = await (this.options.fetch ?? fetch)(baseUrl + path, {
        method,
        headers: {
          "x-client-id": clientId,
          "x-client-secret": clientSecret,
          accept: "application/json",
          ...(subject.body ? { "content-type": "application/json" } : {}),
        },
        ...(subject.body ? { body: JSON.stringify(subject.body) } : {}),
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      bytes = await readBody(response, LARGEST_BODY);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new RetryableError(this.#unreachable(path, timeout.aborted, error));
    }
    if (bytes === null) throw new BadAnswerError(path, "the response is too large");
    return this.#read(path, response, new TextDecoder().decode(bytes), subject);
  }

  #read(path: string, { status, headers }: Response, text: string, subject: Subject): unknown {
    if (status === 204) return null;
    const isRefusal = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
    if (!isRefusal) {
      return readAnswer(path, { status: status === 201 ? 200 : status, headers }, text);
    }
    const secrets = [this.options.clientSecret, subject.body?.verification_token ?? ""];
    const safe = secrets.filter((secret) => secret !== "")
      .reduce((rest, secret) => rest.replaceAll(secret, "[hidden]"), text);
    const refusal = { path, status, traceId: headers.get("x-trace-id") };
    throw refusalOf(refusal, detailOf(safe), subject);
  }

  #unreachable(path: string, timedOut: boolean, cause: unknown): OuraUnavailableError {
    const { baseUrl, timeoutMs = 30_000 } = this.options;
    const problem = timedOut ? `no answer within ${timeoutMs / 1000} s` : messageOf(cause);
    return new OuraUnavailableError(
      "OURA_UNREACHABLE",
      `Oura cannot be reached at ${new URL(baseUrl).host} for ${path}: ${problem}`,
      { cause, hint: "Check the network of this machine, then run again." },
    );
  }
}

/** Oura's ways to say that the callback did not repeat the challenge. */
const ABOUT_HANDSHAKE = /verif|challenge|callback/i;

function refusalOf(refusal: Refusal, detail: string | null, subject: Subject): OuraSyncError {
  const { status } = refusal;
  const { id, wanted } = subject;
  if (status === 403 || status === 404) {
    if (id !== undefined) return new SubscriptionNotFoundError(id);
  }
  if (status === 401 || status === 403) {
    return new AppRefusedError(`Oura answered ${status} for ${refusal.path}.`);
  }
  if (status === 409 && wanted) return new SubscriptionTakenError(wanted);
  if (status === 400 && wanted && (detail === null || ABOUT_HANDSHAKE.test(detail))) {
    return new HandshakeRefusedError(wanted.callbackUrl, detail);
  }
  return new SubscriptionRefusedError(refusal, detail);
}

function unusableApp(): UsageError {
  return new UsageError(
    "APP_MISSING",
    "the client id or the client secret has characters that HTTP headers do not allow",
    { hint: "Copy OURA_CLIENT_ID and OURA_CLIENT_SECRET from the app's page at Oura." },
  );
}
