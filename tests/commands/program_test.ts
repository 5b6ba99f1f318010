import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { COMMANDS } from "../../commands/_cli/registry.ts";
import { runInProcess } from "../support/in_process.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { QUICK_WASM } from "../support/quick_wasm.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line in this process, in an empty directory, to test its text. */
async function said(...args: string[]): Promise<Outcome> {
  await using directory = await temporaryDirectory();
  const { exitCode, out, err } = await runInProcess({ directory: directory.path, env: {} }, args);
  const left = await Array.fromAsync(Deno.readDir(directory.path));
  assert.deepEqual(left.map(({ name }) => name), [], "nothing was written");
  return { code: exitCode, out, err };
}

/** Runs the real program in an empty directory, without a terminal, knowing nothing of this machine. */
async function program(...args: string[]): Promise<Outcome> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-cli-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--quiet", MAIN, ...args],
      cwd: directory,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: Deno.env.get("HOME") ?? directory,
        ...denoCache(),
        ...QUICK_WASM,
      },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const left = await Array.fromAsync(Deno.readDir(directory));
    assert.deepEqual(left.map(({ name }) => name), [], "nothing was written");
    return { code, out: text(stdout), err: text(stderr) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function denoCache(): Record<string, string> {
  const directory = Deno.env.get("DENO_DIR");
  return directory === undefined ? {} : { DENO_DIR: directory };
}

const HELP: [string, string[]][] = [
  ["no arguments", []],
  ["--help", ["--help"]],
  ["-h", ["-h"]],
  ["help", ["help"]],
];
for (const [name, args] of HELP) {
  Deno.test(`${name} prints help with every command, on standard output`, async () => {
    const { code, out, err } = await program(...args);
    assert.equal(code, 0);
    assert.equal(err, "");
    for (const { name, summary } of COMMANDS) {
      assert.match(out, new RegExp(`^  ${name}\\b`, "m"));
      assert.ok(out.includes(summary.split(" ")[0]!));
    }
  });
}

Deno.test("the help fits into 80 columns, and is the same before a command", async () => {
  const { out } = await said("--help");
  assert.deepEqual(out.split("\n").filter((line) => line.length > 80), []);
  assert.equal((await said("--help", "sync")).out, out);
  assert.equal((await said("--verbose", "--help")).out, out, "commander prints the same");
});

Deno.test("help with a command is that command's --help", async () => {
  assert.deepEqual(await said("help", "sync"), await said("sync", "--help"));
});

Deno.test("--version prints the version and nothing else", async () => {
  assert.deepEqual(await program("--version"), { code: 0, out: `${config.version}\n`, err: "" });
});

Deno.test("every command has help of its own", async () => {
  const outcomes = await Promise.all(COMMANDS.map(async ({ name }) => ({
    name,
    ...await said(name, "--help"),
  })));
  for (const { name, code, out, err } of outcomes) {
    assert.equal(code, 0, name);
    assert.equal(err, "", name);
    assert.match(out, new RegExp(`^Usage: oura-sync ${name}\\b`), name);
  }
});

/** Mistakes, and what must be said of each. */
const MISTAKES: [string, string[], RegExp][] = [
  ["an unknown command", ["snyc"], /unknown command 'snyc' \[COMMAND_LINE\]\n.*sync\?/],
  [
    "an unknown option before a command",
    ["--verison"],
    /unknown option '--verison' \[COMMAND_LINE\]\n.*--version\?/,
  ],
  [
    "an unknown option of a command",
    ["sync", "--intial"],
    /unknown option '--intial' \[COMMAND_LINE\]\n.*--initial\?/,
  ],
  ["an argument too many", ["sync", "daily_sleep"], /too many arguments/],
  ["an option without its value", ["sync", "--start-date"], /argument missing/],
  ["options that exclude each other", ["sync", "--all", "--types", "sleep"], /cannot be used with/],
  ["a day that does not exist", ["sync", "--start-date", "2026-02-30"], /2026-02-30.*\[BAD_DATE\]/],
  ["a day in another notation", ["sync", "--start-date", "1.5.2026"], /YYYY-MM-DD/],
  [
    "a start after the end",
    ["sync", "--start-date", "2026-05-02", "--end-date", "2026-05-01"],
    /2026-05-02 is after --end-date 2026-05-01.*\n.*[Ss]wap/,
  ],
  ["an end without a start", ["sync", "--end-date", "2026-05-01"], /--end-date needs --start-date/],
  [
    "two beginnings",
    ["sync", "--initial", "--start-date", "2026-05-01"],
    /--initial and --start-date contradict/,
  ],
  ["an unknown data type", ["sync", "--types", "daily_slep"], /"daily_slep".*\n.*daily_sleep\?/],
  ["no data type", ["sync", "--types", ","], /names no data type/],
  ["too many requests at once", ["sync", "--concurrency", "999"], /from 1 to 32/],
  ["no pause between runs", ["sync", "--every", "0s"], /0s is not a duration from 10s up to 24h/],
  ["hardly a pause", ["sync", "--every", "9s"], /9s is not a duration from 10s up to 24h/],
  ["a start in the future", ["sync", "--start-date", "2999-01-01"], /2999-01-01 is in the future/],
  [
    "an empty wearer's id",
    ["sync", "--user-id", ""],
    /--user-id <id>' argument ''.*empty/,
  ],
  [
    "a replay from after its end",
    ["replay", "--from", "2026-05-02", "--to", "2026-05-01"],
    /2026-05-02 is after --to 2026-05-01/,
  ],
  ["a number that is none", ["sync", "--concurrency", "1e1"], /not a whole number/],
  ["a configuration that is not there", ["validate", "--config", "gone.yaml"], /gone\.yaml/],
];
/** One mistake each that the parser, a command and a reader of a file finds: these start the program. */
const SPAWNED = new Set([
  "an unknown command",
  "no data type",
  "a configuration that is not there",
]);

for (const [name, args, message] of MISTAKES) {
  Deno.test(`${name} ends with 2 and says how to fix it, on standard error`, async () => {
    const { code, out, err } = await (SPAWNED.has(name) ? program : said)(...args);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, message);
    assert.match(err, /^oura-sync: /);
    assert.doesNotMatch(err, /^ +at |file:\/\//m, "no stack trace");
  });
}
