/** The little server that waits on this machine for the browser to come back from Oura. */
import { SignInError, UsageError } from "../../errors.ts";
import { type CallbackPage, renderCallbackPage } from "./callback_pages.ts";
import { isLoopback } from "../../loopback.ts";
import { command } from "../../program_command.ts";

/** A redirect that arrived; the browser is kept waiting until `answer` says how it ended. */
export interface ReceivedRedirect {
  readonly parameters: URLSearchParams;
  /** Sends the page to the browser, then closes the server. */
  answer(page: CallbackPage): Promise<void>;
}

/** A server that is already listening: open the browser only now. */
export interface CallbackServer {
  /**
   * Waits for the one redirect that carries our state.
   * @throws {SignInError} When the browser does not come back in time.
   * @throws {DOMException} `AbortError`, when the server is closed before.
   */
  receive(timeoutMs: number): Promise<ReceivedRedirect>;
  close(): Promise<void>;
}

/**
 * Listens on the redirect URI's port, on loopback addresses only, at its path with and without a
 * trailing slash. Requests with a foreign state get a page of their own and do not end the wait.
 * @throws {UsageError} When the redirect URI is not on this machine, or its port is taken.
 */
export function listenForCallback(redirectUri: string, state: string): CallbackServer {
  const url = new URL(redirectUri);
  if (url.protocol !== "http:" || !isLoopback(url)) {
    throw new UsageError(
      "SIGN_IN_REDIRECT_URI",
      "The redirect URI is not an http address on this machine, so nothing can listen there.",
      {
        hint: `Use ${command("auth login --no-browser")}, or set OURA_REDIRECT_URI to ` +
          "http://localhost:…",
      },
    );
  }
  const path = withoutSlash(url.pathname);
  const arrived = Promise.withResolvers<ReceivedRedirect>();
  // Closed before anyone waited: the rejection needs no handler.
  arrived.promise.catch(() => {});
  const ended = Promise.withResolvers<CallbackPage>();
  let taken = false;

  const handle = async (
    request: Request,
    { completed }: Deno.ServeHandlerInfo,
  ): Promise<Response> => {
    const asked = new URL(request.url);
    const parameters = asked.searchParams;
    if (request.method !== "GET" || withoutSlash(asked.pathname) !== path) {
      return renderCallbackPage("not_found");
    }
    // An error counts with our state only: without it any page could end the wait.
    const ours = parameters.get("state") === state;
    if (taken || !ours || !(parameters.has("code") || parameters.has("error"))) {
      return renderCallbackPage("stale");
    }
    taken = true;
    arrived.resolve({
      parameters,
      async answer(page) {
        ended.resolve(page);
        await within(GRACE_MS, completed);
        await close();
      },
    });
    return renderCallbackPage(await ended.promise);
  };

  const listening = listen(url, handle);
  const close = (): Promise<void> => {
    ended.resolve("failed");
    arrived.reject(new DOMException("The callback server was closed.", "AbortError"));
    return listening.close();
  };
  return { close, receive: (timeoutMs) => withTimeout(arrived.promise, timeoutMs, close) };
}

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response>;

/** How long the browser may take to fetch the page that says how it ended. */
const GRACE_MS = 2_000;

/** How long the last bytes of a page may take, while other requests may never end. */
const FLUSH_MS = 500;

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const grace = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([work.catch(() => {}), grace]);
  clearTimeout(timer);
}

/**
 * Listens on every loopback address that the host name means: of `localhost` the browser decides
 * which one it tries first.
 */
function listen(url: URL, handle: Handler): { close(): Promise<void> } {
  const port = Number(url.port || "80");
  const [first, second] = url.hostname === "localhost"
    ? ["127.0.0.1", "::1"] as const
    : [url.hostname.replace(/^\[|\]$/g, "")] as const;
  const servers: Deno.HttpServer[] = [];
  const serve = (hostname: string) => {
    servers.push(
      Deno.serve({ hostname, port, onListen: () => {}, onError: () => failed() }, handle),
    );
  };
  let down: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    down ??= Promise.all(servers.map((server) => server.shutdown()));
    await within(FLUSH_MS, down);
    // What still hangs there is no browser of ours. It gets no new connection, and delays no exit.
    for (const server of servers) server.unref();
  };
  try {
    serve(first);
    if (second !== undefined) serveIfThere(() => serve(second));
    return { close };
  } catch (cause) {
    void close();
    throw cannotListen(port, cause);
  }
}

/** A machine without IPv6 has no such address; a port that is taken there would get the redirect. */
function serveIfThere(serve: () => void): void {
  try {
    serve();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
  }
}

function failed(): Response {
  return renderCallbackPage("failed");
}

function cannotListen(port: number, cause: unknown): UsageError {
  const inUse = cause instanceof Deno.errors.AddrInUse;
  return new UsageError(
    inUse ? "SIGN_IN_PORT_IN_USE" : "SIGN_IN_PORT",
    inUse
      ? `Port ${port}, where Oura's answer is awaited, is in use by another program.`
      : `Port ${port}, where Oura's answer is awaited, cannot be opened.`,
    {
      cause,
      hint: `Stop the other program, use ${command("auth login --no-browser")}, or register ` +
        "another redirect " +
        "URI at Oura and set OURA_REDIRECT_URI to it.",
    },
  );
}

async function withTimeout<T>(
  promise: Promise<T>,
  timeoutMs: number,
  close: () => Promise<void>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() =>
      reject(
        new SignInError("SIGN_IN_TIMEOUT", "Timed out waiting for the sign-in in the browser.", {
          hint: `Run ${command("auth login")} again; on a machine without a browser add ` +
            "--no-browser.",
        }),
      ), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
