/** What people paste after signing in on another machine: the whole address, or only the code. */
import { UsageError } from "../../errors.ts";

/** The parameters of a pasted redirect. */
export interface PastedRedirect {
  readonly parameters: URLSearchParams;
  /** False when only a code was pasted, without the state that came with it. */
  readonly hasState: boolean;
}

const LONGEST = 16_384;

/**
 * Reads a pasted redirect: `http://localhost:8000/callback?code=…&state=…`, its query alone, or the
 * bare code. A bare code may drag a tail along (`…&session_state=…`, `…#`), and mail or chat
 * programs wrap quotes, angle brackets and line breaks around or into all of it.
 * @throws {UsageError} When there is neither a code nor an error in it.
 */
export function parsePastedRedirect(pasted: string): PastedRedirect {
  const text = pasted.slice(0, LONGEST).replace(/\s+/g, "").replace(/^["'<`]+|["'>`]+$/g, "");
  const query = /(?:^|[?#&])(?=(?:code|error)=)/.exec(text);
  if (query) {
    const start = text.search(/[?#]/) + 1;
    const parameters = new URLSearchParams(text.slice(start).replaceAll("#", "&"));
    return { parameters, hasState: true };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw nothingFound();
  const [code = "", ...tail] = text.split(/[&#?]/);
  if (code === "" || code.includes("=")) throw nothingFound();
  const parameters = new URLSearchParams(tail.join("&"));
  parameters.set("code", decode(code));
  return { parameters, hasState: parameters.has("state") };
}

function decode(code: string): string {
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

function nothingFound(): UsageError {
  return new UsageError("SIGN_IN_PASTE", "The pasted text contains no authorization code.", {
    hint: "Paste the whole address the browser ended on; it begins with your redirect URI.",
  });
}
