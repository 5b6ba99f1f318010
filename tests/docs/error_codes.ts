/** The error codes that the program's source can produce. */
import { walk } from "./walk.ts";

/** Rooms whose errors a person of the program or the library can meet. */
const ROOMS = ["commands", "config", "lib", "pipelines", "reports", "server"];
const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/** First argument of an error's constructor (one of two, where it depends), or `code: "…"`. */
const RAISED =
  /(?:new \w*Error|super)\(\s*(?:\d{3},\s*|[^"(),]+\? )?"([^"]+)"(?: : "([^"]+)")?|\bcode: "([^"]+)"/g;

/** All codes, by the first file that has them. */
export async function raisedCodes(): Promise<Map<string, string>> {
  const codes = new Map<string, string>();
  for (const room of ROOMS) {
    for await (const path of walk(room, ".ts")) {
      const source = await Deno.readTextFile(path);
      for (const [, ...found] of source.matchAll(RAISED)) {
        for (const code of found.filter((each) => each && CODE.test(each))) {
          if (!codes.has(code!)) codes.set(code!, path);
        }
      }
    }
  }
  return codes;
}
