/**
 * Tries a finished program as a new user would, from an empty directory:
 * `deno run -A tools/smoke.ts /path/to/oura-sync`. With `DATABASE_URL` set, `migrate` is tried too.
 */
import assert from "node:assert/strict";
import process from "node:process";

const command = Deno.args;
assert.ok(command.length > 0, "name the program to try");
const directory = await Deno.makeTempDir();

/** Runs the program with the arguments, and shows what it said should it fail. */
async function attempt(args: readonly string[], expected: RegExp): Promise<void> {
  const [program, ...before] = command;
  const started = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args: [...before, ...args],
    cwd: directory,
    env: { LOG_LEVEL: "warning" },
  }).output();
  const decoder = new TextDecoder();
  const out = decoder.decode(stdout);
  assert.equal(code, 0, `${args.join(" ")} ended with ${code}\n${out}${decoder.decode(stderr)}`);
  assert.match(out, expected);
  const ms = Math.round(performance.now() - started);
  process.stdout.write(`ok ${args.join(" ")} (${ms} ms)\n`);
}

try {
  await attempt(["--version"], /^\d+\.\d+\.\d+(-[\w.]+)?(\+[0-9a-f]{12})?\n$/);
  await attempt(["--help"], /^ {2}sync /m);
  await attempt(["validate"], /./);
  await attempt(["demo", "--days", "7"], /rows in \d+ tables/);
  if (process.env.DATABASE_URL) {
    await attempt(["migrate"], /./);
    await attempt(["migrate", "status"], /./);
  } else {
    process.stdout.write("skipped migrate: DATABASE_URL is not set\n");
  }
} finally {
  await Deno.remove(directory, { recursive: true });
}
