/** A shell that a person types into, and the person: who reads addresses, opens them and pastes. */
import assert from "node:assert/strict";

/** A command that was typed, and what it said. */
export interface Typed {
  readonly command: string;
  readonly out: string;
  readonly err: string;
}

/** Parts the outputs of commands. */
const MARK = "\x1e";
/** Ends at a failure; not by `set -e`, which would reach into commands where no terminal has it. */
const NEXT = "s=$?; [ $s = 0 ] || exit $s; printf '\\036'; printf '\\036' >&2";

/** What `auth login --no-browser` says when it waits for the address. */
const PROMPT = /^(http\S+)\nThen paste/gm;

/** The commands of a block, with their continued lines and here-documents, without comments. */
export function commandsOf(block: string): string[] {
  const commands: string[] = [];
  const lines = block.trimEnd().split("\n");
  for (let i = 0; i < lines.length; i++) {
    let command = lines[i]!;
    while (command.endsWith("\\")) command += `\n${lines[++i]}`;
    const end = /<<'?(\w+)'?/.exec(command)?.[1];
    if (end !== undefined) { do command += `\n${lines[++i]}`; while (lines[i] !== end); }
    const bare = command.replace(/(^| )\s*# .*$/, "").trimEnd();
    if (bare !== "") commands.push(bare);
  }
  return commands;
}

/** Where and with what the shell is started. */
export interface Place {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Types commands into one shell, each of which must succeed. */
export async function typeInto(commands: readonly string[], place: Place): Promise<Typed[]> {
  const { code, out, err } = await runScript(
    commands.flatMap((command) => [command, NEXT]).join("\n"),
    place,
  );
  const [outs, errs] = [out.split(MARK), err.split(MARK)];
  assert.equal(code, 0, `${commands[outs.length - 1]} ended with ${code}\n${errs.at(-1)}`);
  return commands.map((command, i) => ({ command, out: outs[i]!, err: errs[i]! }));
}

/** Runs a script, with a person at its standard input who signs in wherever asked to. */
async function runScript(
  script: string,
  { directory, env }: Place,
): Promise<{ code: number; out: string; err: string }> {
  const shell = new Deno.Command("sh", {
    args: ["-c", script],
    cwd: directory,
    clearEnv: true,
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const keyboard = shell.stdin.getWriter();
  const out = new Response(shell.stdout).text();
  let err = "";
  let pasted = 0;
  for await (const part of shell.stderr.pipeThrough(new TextDecoderStream())) {
    err += part;
    const asked = [...err.matchAll(PROMPT)];
    for (; pasted < asked.length; pasted++) {
      const address = await addressAfter(asked[pasted]![1]!);
      await keyboard.write(new TextEncoder().encode(`${address}\n`));
    }
  }
  const { code } = await shell.status;
  // The shell may be gone, and its end of the pipe with it.
  await keyboard.close().catch(() => {});
  return { code, out: await out, err };
}

/** Where the sign-in page leads, which no browser of another machine could open. */
async function addressAfter(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "manual" });
  await response.body?.cancel();
  return response.headers.get("location") ?? "";
}
