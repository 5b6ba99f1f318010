/** What the schedulers are given: quoted, valid by their own tools where these exist, complete. */
import assert from "node:assert/strict";
import { cronLine } from "../../commands/schedule/cron.ts";
import { install } from "../../commands/schedule/install.ts";
import { type Job, type Rhythm, rhythmOf, type UnitFile } from "../../commands/schedule/job.ts";
import { launchdAgent } from "../../commands/schedule/launchd.ts";
import { systemdUnits } from "../../commands/schedule/systemd.ts";
import { utf16, windowsTask } from "../../commands/schedule/windows.ts";

const options = { sanitizeOps: true, sanitizeResources: true };
const DAILY: Rhythm = { kind: "daily", hour: 8, minute: 5 };
const RHYTHMS: readonly Rhythm[] = [
  DAILY,
  { kind: "minutes", every: 15 },
  { kind: "hours", every: 6 },
];
/** Every character that one of the formats gives a meaning. */
const HARD = `it's 100% "a" <b> & $c`;
const binary: Job = { command: ["/opt/oura-sync", "sync"], directory: "/srv/oura" };

/** Runs a tool; null where it is not installed. */
async function run(
  tool: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; text: string } | null> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(tool, { args, env }).output();
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function inDirectory(body: (directory: string) => Promise<void>, name = "units") {
  const parent = await Deno.makeTempDir();
  const directory = `${parent}/${name}`;
  await Deno.mkdir(directory);
  try {
    await body(directory);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function writeUnits(directory: string, files: readonly UnitFile[]): Promise<string[]> {
  const paths = files.map(({ name }) => `${directory}/${name}`);
  for (const [i, { text }] of files.entries()) await Deno.writeTextFile(paths[i]!, text);
  return paths;
}

Deno.test("--at is a time of day, --every divides an hour or a day", options, () => {
  assert.deepEqual(rhythmOf("08:05", undefined), DAILY);
  assert.deepEqual(rhythmOf("08:00", "15m"), RHYTHMS[1]);
  assert.deepEqual(rhythmOf("08:00", "6h"), RHYTHMS[2]);
  assert.deepEqual(rhythmOf("08:00", "60m"), { kind: "hours", every: 1 });
  for (const at of ["24:00", "8", "08:60", "noon", "08:00:00"]) {
    assert.throws(() => rhythmOf(at, undefined), { code: "BAD_TIME" }, at);
  }
  for (const every of ["7m", "5h", "90s", "0m", "soon", "25h"]) {
    assert.throws(() => rhythmOf("08:00", every), { code: "BAD_DURATION" }, every);
  }
});

Deno.test("the crontab line has five fields and runs in the directory", options, () => {
  assert.equal(
    cronLine(binary, DAILY),
    "5 8 * * * cd /srv/oura && /opt/oura-sync sync >> oura-sync.log 2>&1",
  );
  assert.match(cronLine(binary, RHYTHMS[1]!), /^\*\/15 \* \* \* \* cd /);
  assert.match(cronLine(binary, RHYTHMS[2]!), /^0 \*\/6 \* \* \* cd /);
});

Deno.test({
  name: "cron and its shell hand on paths with every special character",
  ignore: Deno.build.os === "windows",
  ...options,
  fn: () =>
    inDirectory(async (directory) => {
      const program = `${directory}/${HARD}`;
      await Deno.writeTextFile(program, '#!/bin/sh\nprintf "%s|" "$PWD" "$@"\n', { mode: 0o755 });
      const line = cronLine({ command: [program, "sync", HARD], directory }, DAILY);
      // What cron does: five fields, then \% is %, and a bare % would end the command.
      const command = line.split(" ").slice(5).join(" ");
      assert.ok(!/(?<!\\)%/.test(command));
      const result = await run("sh", ["-c", command.replaceAll("\\%", "%")]);
      assert.ok(result);
      assert.equal(result.code, 0, result.text);
      const log = await Deno.readTextFile(`${directory}/oura-sync.log`);
      assert.equal(log, `${directory}|sync|${HARD}|`);
    }, HARD),
});

Deno.test("systemd accepts service and timer, whatever the path", options, async () => {
  await inDirectory(async (directory) => {
    const program = `${directory}/oura sync`;
    await Deno.writeTextFile(program, "#!/bin/sh\n", { mode: 0o755 });
    for (const rhythm of RHYTHMS) {
      for (const command of [[program, "sync"], [program, "task", HARD, "sync"]] as const) {
        const units = systemdUnits({ command: [...command], directory }, rhythm);
        assert.ok(units[0]!.text.includes("WorkingDirectory=" + directory.replace("%", "%%")));
        assert.ok(units[0]!.text.includes(program.replace("%", "%%")));
        const paths = await writeUnits(directory, units);
        const args = ["verify", "--user", "--man=no", ...paths];
        const result = await run("systemd-analyze", args, { XDG_RUNTIME_DIR: directory });
        if (result === null) return;
        assert.equal(result.code, 0, result.text);
        const ours = result.text.split("\n").filter((line) => line.includes("oura-sync"));
        assert.deepEqual(ours, [], result.text);
      }
    }
  }, "100% of it");
});

Deno.test("a program that systemd would refuse for its name is refused at once", options, () => {
  for (const program of ["/opt/it's", '/opt/"a"', "/opt/a\\b"]) {
    const job: Job = { command: [program, "sync"], directory: "/srv" };
    assert.throws(() => systemdUnits(job, DAILY), { code: "BAD_PATH" }, program);
  }
});

Deno.test("systemd reads the times as they are meant", options, async () => {
  for (const rhythm of RHYTHMS) {
    const [, timer] = systemdUnits(binary, rhythm);
    const calendar = /^OnCalendar=(.*)$/m.exec(timer!.text)![1]!;
    const args = ["calendar", "--iterations=2", "--base-time=2026-01-01 08:05:00 UTC", calendar];
    const result = await run("systemd-analyze", args);
    if (result === null) return;
    assert.equal(result.code, 0, result.text);
    const next = result.text.match(/\d\d:\d\d:\d\d UTC/g)!.map((text) => text.slice(0, 5));
    const minutes = next.slice(0, 2).map((text) =>
      Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
    );
    const apart = (minutes[1]! - minutes[0]! + 1440) % 1440;
    const expected = rhythm.kind === "daily"
      ? 0
      : rhythm.every * (rhythm.kind === "hours" ? 60 : 1);
    assert.equal(apart, expected, result.text);
  }
});

/** Every time that `--every` and `--at` take. */
const EVERY = ["1m", "2m", "3m", "4m", "5m", "6m", "10m", "12m", "15m", "20m", "30m"]
  .concat(["1h", "2h", "3h", "4h", "6h", "8h", "12h", "24h"]);

Deno.test(
  "no start of the timer is refused for its number, nor one of a repetition",
  options,
  () => {
    const rhythms = [DAILY, ...EVERY.map((every) => rhythmOf("08:00", every))];
    for (const rhythm of rhythms) {
      const [service] = systemdUnits(binary, rhythm);
      // systemd counts every start of the unit, whatever started it and however it ended
      // (systemd.unit(5)); its own default is 5 starts in 10 s.
      const limit = startLimit(service!.text);
      if (limit.seconds === 0) continue;
      const apart = rhythm.kind === "daily"
        ? 86_400
        : rhythm.every * (rhythm.kind === "hours" ? 3_600 : 60);
      const repeatedEvery = systemdSeconds(/^RestartSec=(.*)$/m.exec(service!.text)![1]!);
      const starts = Math.ceil(limit.seconds / apart) + Math.ceil(limit.seconds / repeatedEvery) +
        1;
      assert.ok(limit.burst >= starts, `${JSON.stringify(rhythm)}: ${starts} of ${limit.burst}`);
    }
  },
);

function startLimit(unit: string): { seconds: number; burst: number } {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1];
  return {
    seconds: systemdSeconds(value("StartLimitIntervalSec") ?? "10s"),
    burst: Number(value("StartLimitBurst") ?? 5),
  };
}

function systemdSeconds(text: string): number {
  const [, number, unit = "s"] = /^(\d+)\s*(s|min|h)?$/.exec(text)!;
  return Number(number) * { s: 1, min: 60, h: 3_600 }[unit as "s" | "min" | "h"];
}

Deno.test("no other scheduler is told to leave out a run", options, () => {
  for (const rhythm of RHYTHMS) {
    assert.doesNotMatch(launchdAgent(binary, rhythm).text, /ThrottleInterval|KeepAlive/);
    const { text } = windowsTask(binary, rhythm);
    // The runs of a day follow each other to its end, and the next day begins with its own.
    if (rhythm.kind !== "daily") assert.match(text, /<Duration>P1D<\/Duration>/);
    assert.match(text, /<DaysInterval>1<\/DaysInterval>/);
    assert.doesNotMatch(text, /<EndBoundary>|<DeleteExpiredTaskAfter>/);
  }
});

Deno.test("the service is hardened, runs no shell and makes up for missed runs", options, () => {
  const [service, timer] = systemdUnits(binary, DAILY);
  assert.match(service!.text, /^ExecStart=\/opt\/oura-sync sync$/m);
  for (const line of ["ProtectSystem=strict", "NoNewPrivileges=yes", "ReadWritePaths=/srv/oura"]) {
    assert.ok(service!.text.includes(`\n${line}\n`), line);
  }
  assert.match(timer!.text, /^Persistent=true$/m);
  assert.match(timer!.text, /^OnCalendar=\*-\*-\* 08:05:00$/m);
  const [task] = systemdUnits({ ...binary, command: ["/usr/bin/deno", "task", "sync"] }, DAILY);
  assert.match(task!.text, /^ReadWritePaths=\/srv\/oura -%C\/deno$/m);
});

Deno.test(
  "plist and task are well-formed XML that holds the paths unchanged",
  options,
  async () => {
    const job: Job = { command: [`/opt/${HARD}`, "sync"], directory: `/srv/${HARD}` };
    await inDirectory(async (directory) => {
      for (const rhythm of RHYTHMS) {
        for (const { name, text } of [launchdAgent(job, rhythm), windowsTask(job, rhythm)]) {
          const path = `${directory}/${name}`;
          await Deno.writeFile(
            path,
            name.endsWith(".xml") ? utf16(text) : new TextEncoder().encode(text),
          );
          const result = await run("xmllint", ["--nonet", "--noout", path]);
          if (result !== null) assert.equal(result.code, 0, result.text);
          const found = await run("xmllint", [
            "--nonet",
            "--xpath",
            'string(//*[contains(text(),"/opt/")])',
            path,
          ]);
          if (found !== null) assert.equal(found.text.trim(), job.command[0]);
          const lint = name.endsWith(".plist") ? await run("plutil", ["-lint", path]) : null;
          if (lint !== null) assert.equal(lint.code, 0, lint.text);
        }
      }
    });
  },
);

Deno.test("a Windows argument keeps its quotation marks and backslashes", options, () => {
  const command: Job["command"] = ["C:\\deno.exe", "task", "--cwd", 'C:\\my "data"\\', "sync"];
  const { text } = windowsTask({ command, directory: "C:\\my data" }, DAILY);
  const before = windowsTask({ command: ["deno", 'a\\"b c'], directory: "C:" }, DAILY);
  assert.ok(before.text.includes(String.raw`<Arguments>"a\\\"b c"</Arguments>`));
  assert.match(text, /<Arguments>task --cwd "C:\\my \\"data\\"\\\\" sync<\/Arguments>/);
});

Deno.test("install writes the units again and says what to do next", options, async () => {
  await inDirectory(async (directory) => {
    const place = `${directory}/made/on demand`;
    for (const rhythm of RHYTHMS) {
      const files = systemdUnits(binary, rhythm);
      const { written, next } = await install({ kind: "systemd", files, directory: place });
      assert.deepEqual(written, files.map(({ name }) => `${place}/${name}`));
      assert.equal(await Deno.readTextFile(written[1]!), files[1]!.text);
      assert.ok(next.includes("systemctl --user enable --now oura-sync.timer"));
    }
    const task = await install({
      kind: "windows",
      files: [windowsTask(binary, DAILY)],
      directory: place,
    });
    const bytes = await Deno.readFile(`${place}/oura-sync-task.xml`).catch(() => null) ??
      await Deno.readFile(task.written[0]!);
    assert.deepEqual([...bytes.slice(0, 2)], [0xff, 0xfe]);
  });
});

Deno.test("a crontab is not touched: its line is added by hand", options, async () => {
  const files = [{ name: "crontab", text: `${cronLine(binary, DAILY)}\n` }];
  const { written, next } = await install({ kind: "cron", files, directory: "/nowhere" });
  assert.deepEqual(written, []);
  assert.match(next[0]!, /^\(crontab -l 2>\/dev\/null; echo '5 8 \* \* \* cd .*'\) \| crontab -$/);
});
