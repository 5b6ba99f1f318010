/** What is wrong with an address from a file or an option. */
import { isSafeForSecrets } from "../lib/loopback.ts";

/** For an address that secrets travel to; null: nothing is wrong. */
export function urlProblem(value: string): string | null {
  if (!URL.canParse(value)) return "must be a URL, such as https://example.com/path";
  const url = new URL(value);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must be an http(s) URL";
  if (url.username !== "" || url.password !== "") return "must not hold a user name or password";
  return isSafeForSecrets(url)
    ? null
    : "plain http is accepted for this machine only; write https://";
}

/** For an address that paths are added to, at which Oura calls; null: nothing is wrong. */
export function publicUrlProblem(value: string): string | null {
  const problem = urlProblem(value);
  if (problem !== null) return problem;
  if (/[?#]/.test(value)) return "must not hold a query (?) or a fragment (#)";
  return /\/webhook\/*$/.test(value) ? "leave out /webhook; the program adds it" : null;
}
