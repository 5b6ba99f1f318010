/** The little server that waits on this machine for the browser to come back from Oura. */
import { SignInError, UsageError } from "../../errors.ts";
import { type CallbackPage, renderCallbackPage } from "./callback_pages.ts";
import { isLoopback } from "../../loopback.ts";

/** A redirect that arrived; the browser is kept waiting until `answer` says how it ended. */
export interface ReceivedRedirect {
  readonly parameters: URLSearchParams;
  /** Shows the page, lets the browser have it, and closes the server. */
  answer(page: CallbackPage): Promise<void>;
}

/** A server that is already listening: open the browser only now. */
export interface CallbackServer {
  /**
   * Waits for the one redirect that carries our state.
   * @throws {SignInError} When nobody came in time.
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
      { hint: "Use `auth login --no-browser`, or set OURA_REDIRECT_URI to http://localhost:…" },
    );
  }
  const path = withoutSlash(url.pathname);
  const arrived = Promise.withResolvers<ReceivedRedirect>();
  const ended = Promise.withResolvers<CallbackPage>();
  let taken = false;

  const handle = async (request: Request): Promise<Response> => {
    const asked = new URL(request.url);
    const parameters = asked.searchParams;
    if (request.method !== "GET" || withoutSlash(asked.pathname) !== path) {
      return renderCallbackPage("not_found");
    }
    // An error cannot smuggle in a grant, so it may come without the state it should carry.
    const ours = parameters.get("state") === state ||
      (parameters.has("error") && !parameters.has("state"));
    if (taken || !ours || !(parameters.has("code") || parameters.has("error"))) {
      return renderCallbackPage("stale");
    }
    taken = true;
    arrived.resolve({
      parameters,
      async answer(page) {
        ended.resolve(page);
        await close();
      },
    });
    return renderCallbackPage(await ended.promise);
  };

  const servers = listen(url, handle);
  const close = async (): Promise<void> => {
    ended.resolve("failed");
    await Promise.all(servers.map((server) => server.shutdown()));
  };
  return { close, receive: (timeoutMs) => withTimeout(arrived.promise, timeoutMs, close) };
}

/** `localhost` can mean either address family; the browser decides which it tries first. */
function listen(url: URL, handle: (request: Request) => Promise<Response>): Deno.HttpServer[] {
  const port = Number(url.port || "80");
  const [first, second] = url.hostname === "localhost"
    ? ["127.0.0.1", "::1"] as const
    : [url.hostname.replace(/^\[|\]$/g, "")] as const;
  const serve = (hostname: string) =>
    Deno.serve({ hostname, port, onListen: () => {}, onError: () => failed() }, handle);
  try {
    const main = serve(first);
    if (second === undefined) return [main];
    try {
      return [main, serve(second)];
    } catch {
      // No IPv6 on this machine: browsers then use the other address.
      return [main];
    }
  } catch (cause) {
    throw cannotListen(port, cause);
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
      hint: "Stop the other program, use `auth login --no-browser`, or register another redirect " +
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
        new SignInError("SIGN_IN_TIMEOUT", "Nobody came back from Oura's sign-in page in time.", {
          hint: "Run `auth login` again; on a machine without a browser add --no-browser.",
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
