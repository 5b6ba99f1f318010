/** The two ways of getting the redirect: caught from the browser, or pasted by the person. */
import { UsageError } from "../../lib/errors.ts";
import { type Authorization, readCallback } from "../../lib/oura/oauth/authorization.ts";
import { listenForCallback } from "../../lib/oura/oauth/callback_server.ts";
import { parsePastedRedirect } from "../../lib/oura/oauth/pasted_redirect.ts";
import type { ObtainedRedirect } from "../../lib/auth/sign_in.ts";
import { openBrowser } from "./browser.ts";
import type { AuthContext } from "./context.ts";

/** A code lives for ten minutes; an unfinished sign-in is not waited for any longer. */
const WAIT_MS = 10 * 60_000;
const LONGEST_LINE = 65_536;

/**
 * Opens the browser and waits for it to come back to the redirect URI on this machine. Where no
 * browser is, or it is on another machine, the address it ended on can be pasted meanwhile; whichever
 * comes first counts.
 * @throws {UsageError} When there is neither a browser nor a terminal, and nothing is piped in.
 */
export async function catchRedirect(
  authorization: Authorization,
  { note, inIsTerminal, input: openInput }: Pick<AuthContext, "note" | "inIsTerminal" | "input">,
  open: (url: string) => Promise<boolean> = openBrowser,
): Promise<ObtainedRedirect> {
  const server = listenForCallback(authorization.redirectUri, authorization.state);
  const opened = await open(authorization.url);
  note(
    opened
      ? "Sign in at Oura in the browser window. If no window opened, visit:"
      : "No browser could be opened. Open this page in any browser and sign in:",
  );
  note(authorization.url);
  let isCaught = false;
  const caught = server.receive(WAIT_MS).then((redirect) => {
    isCaught = true;
    return { ...redirect, hasState: true };
  });
  // With a browser and without a terminal, standard input belongs to another program.
  if (opened && !inIsTerminal) return await caught;
  note("If the browser ends on a page that does not load, paste the address of that page here:");
  const lines = linesOf(openInput());
  const pasted = takePasted(lines, authorization, note, inIsTerminal).then((redirect) => {
    if (redirect !== null) return redirect;
    if (inIsTerminal) return caught;
    throw new UsageError(
      "SIGN_IN_NO_BROWSER",
      "No browser could be opened, and standard input contains no redirect URL.",
      { hint: "Pipe in the address at which the sign-in ended, or run the command in a terminal." },
    );
  });
  try {
    return await Promise.race([caught, pasted]);
  } finally {
    // A read that waits for a terminal cannot be taken back; the exit of the program ends it.
    void lines.return(undefined);
    if (!isCaught) await server.close();
  }
}

/** The first pasted redirect of this sign-in; null when the input ends without one. */
async function takePasted(
  lines: AsyncGenerator<string>,
  authorization: Authorization,
  note: (line: string) => void,
  patient: boolean,
): Promise<ObtainedRedirect | null> {
  for await (const line of lines) {
    try {
      const pasted = parsePastedRedirect(line);
      readCallback(pasted.parameters, authorization, pasted.hasState);
      return { ...pasted, answer: () => Promise.resolve() };
    } catch (error) {
      // A person can paste again; what is piped in cannot.
      if (!patient || !(error instanceof UsageError)) throw error;
      note(`${error.message} ${error.hint ?? ""}`);
    }
  }
  return null;
}

/**
 * Prints the URL and reads the pasted redirect from standard input.
 * @throws {UsageError} When standard input ends without one.
 */
export async function pasteRedirect(
  authorization: Authorization,
  note: (line: string) => void,
  input: ReadableStream<Uint8Array>,
): Promise<ObtainedRedirect> {
  note("Open this page in any browser and sign in:");
  note(authorization.url);
  note(
    "Then paste the address at which the browser ends (the page need not load), or only the code:",
  );
  const lines = linesOf(input);
  const { value: line } = await lines.next();
  await lines.return(undefined);
  if (line === undefined) {
    throw new UsageError("SIGN_IN_PASTE", "Standard input contains no redirect URL or code.", {
      hint: "Paste it, or pipe it in. The address begins with your redirect URI.",
    });
  }
  return { ...parsePastedRedirect(line), answer: () => Promise.resolve() };
}

/** The lines of an input that are not blank, without the blanks around them. */
async function* linesOf(input: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = input.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value = "" } = await reader.read();
      const lines = (rest + value).split("\n");
      const isTooLong = lines.at(-1)!.length >= LONGEST_LINE;
      rest = done || isTooLong ? "" : lines.pop()!;
      for (const line of lines) if (line.trim() !== "") yield line.trim();
      if (done) return;
    }
  } finally {
    await reader.cancel();
  }
}
