/** Every command that writes for long ends in order at the first signal, at once at the second. */
import assert from "node:assert/strict";
import { run } from "../../commands/_cli/program.ts";
import { pathsIn, SILENT } from "../support/in_process.ts";
import { type Desk, deskTest } from "./support.ts";

type Signal = "SIGINT" | "SIGTERM";

/** Runs a command to which `signals` come as soon as it listens. */
async function runWithSignals(
  desk: Desk,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  signals: readonly Signal[],
) {
  let err = "";
  const ended: number[] = [];
  const exitCode = await run(args, {
    ...SILENT,
    err: (text) => err += `${text}\n`,
    env: (name) => env[name],
    path: pathsIn(desk.directory),
    onSignal(name, handler) {
      if (signals.includes(name)) handler();
      return () => {};
    },
    exit(code) {
      ended.push(code);
      throw new Error("the process has ended");
    },
  });
  return { exitCode, err, ended };
}

deskTest("apply, replay and rejects retry listen for signals", async (desk) => {
  const env = {
    DATABASE_URL: desk.databaseUrl,
    OURA_API_URL: desk.oura.url,
    OURA_ACCESS_TOKEN: desk.token,
  };
  assert.equal((await desk.run(["migrate"], env)).exitCode, 0);
  const check = async (args: readonly string[]) => {
    const twice = await runWithSignals(desk, env, args, ["SIGINT", "SIGTERM"]);
    assert.deepEqual(twice.ended, [143], args.join(" "));
    const once = await runWithSignals(desk, env, args, ["SIGINT"]);
    assert.deepEqual([once.exitCode, once.ended], [4, []], `${args.join(" ")}: ${once.err}`);
    assert.match(once.err, /Stopping: /);
    assert.match(once.err, /Stopped by SIGINT/);
  };
  await check(["apply"]);
  desk.oura.simulator.faults.add({
    kind: "malform",
    match: "/daily_sleep\\?",
    field: "score",
    value: "high",
  });
  await desk.run(["sync", "--types", "daily_sleep,daily_stress"], env);
  await check(["replay"]);
  await check(["rejects", "retry"]);
});
