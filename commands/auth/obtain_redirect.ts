/** The two ways of getting the redirect: caught from the browser, or pasted by the person. */
import { UsageError } from "../../lib/errors.ts";
import type { Authorization } from "../../lib/oura/oauth/authorization.ts";
import { listenForCallback } from "../../lib/oura/oauth/callback_server.ts";
import { parsePastedRedirect } from "../../lib/oura/oauth/pasted_redirect.ts";
import type { ObtainedRedirect } from "../../pipelines/sign_in/sign_in.ts";
import { openBrowser } from "./browser.ts";
import type { AuthContext } from "./context.ts";

/** A code lives for ten minutes; a page nobody finishes is not waited for any longer. */
const WAIT_MS = 10 * 60_000;
const LONGEST_LINE = 65_536;

/**
 * Opens the browser and waits for it to come back to the redirect URI on this machine.
 * @throws {UsageError} When no browser can be opened and nobody sits there to open one.
 */
export async function catchRedirect(
  authorization: Authorization,
  { note, inIsTerminal }: Pick<AuthContext, "note" | "inIsTerminal">,
): Promise<ObtainedRedirect> {
  const server = listenForCallback(authorization.redirectUri, authorization.state);
  if (await openBrowser(authorization.url)) {
    note("Sign in at Oura, in the browser that has opened. If none has, visit:");
  } else if (inIsTerminal) {
    note("No browser could be opened. On this machine, visit the page below; for a browser on");
    note("another machine, stop this and run: auth login --no-browser");
  } else {
    await server.close();
    throw new UsageError("SIGN_IN_NO_BROWSER", "No browser could be opened.", {
      hint: "Use `auth login --no-browser`, which takes the redirect URL from standard input.",
    });
  }
  note(authorization.url);
  const redirect = await server.receive(WAIT_MS);
  return { ...redirect, hasState: true };
}

/**
 * Prints the URL and reads the pasted redirect from standard input.
 * @throws {UsageError} When standard input ends without one.
 */
export async function pasteRedirect(
  authorization: Authorization,
  note: (line: string) => void,
  input: ReadableStream<Uint8Array> = Deno.stdin.readable,
): Promise<ObtainedRedirect> {
  note("Open this page in any browser and sign in:");
  note(authorization.url);
  note("Then paste the address it ends on (the page itself may fail to load), or only the code:");
  const line = await firstLine(input);
  if (line === "") {
    throw new UsageError("SIGN_IN_PASTE", "No redirect URL or code came in on standard input.", {
      hint: "Paste it, or pipe it in: the address begins with your redirect URI.",
    });
  }
  return { ...parsePastedRedirect(line), answer: () => Promise.resolve() };
}

async function firstLine(input: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const reader = input.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (text.length < LONGEST_LINE) {
      const { done, value } = await reader.read();
      if (done) break;
      text = (text + value).trimStart();
      if (text.includes("\n")) break;
    }
  } finally {
    await reader.cancel();
  }
  return text.split("\n", 1)[0]!.trim();
}
