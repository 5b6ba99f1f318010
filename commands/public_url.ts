/** `--url`: the address at which `serve` is reached from outside. */
import { Option } from "commander";
import { publicUrlProblem } from "../config/url_problem.ts";
import { UsageError } from "../lib/errors.ts";

/** The option; the default is `webhooks.url`. */
export function publicUrlFlag(): Option {
  return new Option(
    "--url <url>",
    "where `serve` is reached from outside, for sign-in links (default: webhooks.url)",
  );
}

/**
 * The address without a slash at its end.
 * @throws {UsageError} `BAD_PUBLIC_URL`, when sign-in links cannot begin with it.
 */
export function publicUrlOption(value: string): string {
  const problem = publicUrlProblem(value);
  if (problem === null) return value.replace(/\/+$/, "");
  throw new UsageError("BAD_PUBLIC_URL", `--url: ${problem}`, {
    hint: "Write it as https://oura.example.org. Plain http is accepted for this machine only.",
  });
}
