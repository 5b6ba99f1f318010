/** `schedule`, `completions` and `sync --every` as people run them. */
import assert from "node:assert/strict";
import { systemTerminal } from "../../commands/_cli/terminal.ts";
import { repeat } from "../../commands/sync/repeat.ts";
import { EXIT } from "../../lib/errors.ts";
import { run } from "./support.ts";

const options = { sanitizeOps: true, sanitizeResources: true };

Deno.test("schedule print shows every scheduler, and refuses two at once", options, async () => {
  for (const kind of ["cron", "systemd", "launchd", "windows"]) {
    const { code, out, err } = await run(["schedule", "print", `--${kind}`]);
    assert.equal(code, 0, err);
    assert.ok(out.includes("sync"), kind);
  }
  assert.equal((await run(["schedule", "print", "--cron", "--systemd"])).code, 2);
  assert.equal((await run(["schedule", "print", "--at", "25:00"])).code, 2);
  assert.equal((await run(["schedule", "print", "--at", "07:00", "--every", "1h"])).code, 2);
  assert.equal((await run(["schedule", "delete"])).code, 2);
});

Deno.test({
  name: "schedule install writes user units below HOME and prints what switches them on",
  ignore: Deno.build.os === "windows",
  ...options,
  async fn() {
    const home = await Deno.makeTempDir();
    try {
      const env = { HOME: home, XDG_CONFIG_HOME: "" };
      const { code, out, err } = await run(["schedule", "install", "--systemd"], env);
      assert.equal(code, 0, err);
      assert.match(out, /^systemctl --user daemon-reload$/m);
      const units = await Array.fromAsync(Deno.readDir(`${home}/.config/systemd/user`));
      assert.deepEqual(units.map(({ name }) => name).sort(), [
        "oura-sync.service",
        "oura-sync.timer",
      ]);
      const agent = await run(["schedule", "install", "--launchd"], env);
      assert.equal(agent.code, 0, agent.err);
      assert.ok((await Deno.stat(`${home}/Library/LaunchAgents/io.github.oura-sync.plist`)).isFile);
      // What cannot be written is no bug.
      await Deno.writeTextFile(`${home}/file`, "");
      const refused = await run(["schedule", "install", "--systemd"], {
        HOME: home,
        XDG_CONFIG_HOME: `${home}/file`,
      });
      assert.equal(refused.code, 2, refused.err);
      assert.match(refused.err, /oura-sync\.service: .*\[FILE_UNWRITABLE\]/);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test(
  "completions name every command and option, and the shells read them",
  options,
  async () => {
    const { out: help } = await run(["--help"]);
    const commands = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name!);
    assert.ok(commands.length > 10);
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out, err } = await run(["completions", shell]);
      assert.equal(code, 0, err);
      for (const name of commands) {
        assert.match(
          out,
          new RegExp(`\\b${name}\\b`),
          `${shell} ${name}`,
        );
      }
      assert.ok(out.includes(shell === "fish" ? "-l full-refresh" : "--full-refresh"), shell);
      const check = await shellCheck(shell, out);
      if (check !== null) assert.equal(check.code, 0, check.text);
    }
  },
);

Deno.test("bash completes commands and the options of a command", options, async () => {
  const { out: script } = await run(["completions", "bash"]);
  const ask = (...words: string[]) =>
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; ` +
    `_oura_sync; echo "\${COMPREPLY[*]}"\n`;
  const asked = ask("oura-sync", "sy") + ask("oura-sync", "schedule", "--sys");
  const result = await shellRun("bash", [], script + asked);
  if (result !== null) assert.equal(result.text, "sync\n--systemd\n");
});

Deno.test({
  name: "sync --every goes on after a failed run and ends with 0 on SIGTERM between two runs",
  ignore: Deno.build.os === "windows",
  ...options,
  async fn() {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", new URL("every_program.ts", import.meta.url).href],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let text = "";
    let stopped = false;
    for await (const chunk of process.stderr.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const failures = text.match(/\[DATABASE_UNREACHABLE\]/g)?.length ?? 0;
      // A failure is told of after its run: two of them, and the loop went round.
      if (failures >= 2 && !stopped) {
        stopped = true;
        process.kill("SIGTERM");
      }
      // One that hears no signal must fail here and not run for ever.
      if (failures >= 20) process.kill("SIGKILL");
    }
    const { code } = await process.status;
    // Between the failure that is told of and the pause no signal can come in.
    assert.equal(code, 0, text);
  },
});

Deno.test("sync --every stops at a wrong configuration, and has no JSON", options, async () => {
  const wrong = await run(["sync", "--every", "10s", "--types", "no_such"], {
    DATABASE_URL: "postgres://u:p@127.0.0.1:9/d",
  });
  assert.equal(wrong.code, 2, wrong.err);
  assert.equal((await run(["sync", "--every", "10s", "--json"])).code, 2);
  assert.equal((await run(["sync", "--every", "often"])).code, 2);
});

Deno.test("sync --every goes on after a mistake that is made in oura.yaml while it runs", async () => {
  const codes = [0, EXIT.usage, EXIT.usage, 0];
  const runs = () => {
    const code = codes.shift();
    return code === undefined ? Promise.reject(new Error("enough")) : Promise.resolve(code);
  };
  await assert.rejects(repeat(1, systemTerminal, runs), /enough/);
  assert.equal(await repeat(1, systemTerminal, () => Promise.resolve(EXIT.usage)), EXIT.usage);
});

function shellCheck(shell: string, script: string) {
  return shellRun(shell, ["-n"], script);
}

/** Feeds a script to a shell; null where the shell is not installed. */
async function shellRun(shell: string, args: string[], script: string) {
  try {
    const process = new Deno.Command(shell, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    const { code, stdout, stderr } = await process.output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
