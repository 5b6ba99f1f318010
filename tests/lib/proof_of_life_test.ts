import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { holdProcessLock, lifeOf } from "../../lib/process/process_lock.ts";

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-life-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
const alive = async (directory: string) =>
  (await Array.fromAsync(Deno.readDir(`${directory}/alive`))).length;

Deno.test("a process is alive for as long as it runs, and dead once it is killed", async () => {
  await inDirectory(async (directory) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", fileURLToPath(import.meta.resolve("./hold_on.ts")), directory],
      stdout: "piped",
      stderr: "null",
      stdin: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const holder = (await reader.read()).value!.trim();
    assert.match(holder, /^host pid 7 [0-9a-f-]{36}$/);
    assert.equal(await lifeOf(directory, holder), "alive");
    assert.equal(await lifeOf(directory, holder), "alive");
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const answers = Array.from({ length: 8 }, () => lifeOf(directory, holder));
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(["dead"]), "asked all at once");
    assert.equal(await lifeOf(directory, holder), "dead", "and asked again");

    const left = `${directory}/alive/${holder.split(" ").at(-1)}.lock`;
    await using _next = await holdProcessLock(directory, "next");
    assert.equal(await alive(directory), 2, "others may still ask");
    await Deno.utime(left, 0, 0);
    await using _later = await holdProcessLock(directory, "later");
    assert.equal(await alive(directory), 2, "the two that live");
  });
});

Deno.test("a process that ended in order leaves nothing, and is not reported as dead", async () => {
  await inDirectory(async (directory) => {
    const life = await holdProcessLock(directory, "here");
    assert.equal(await lifeOf(directory, life.lease.holder), "alive");
    await life[Symbol.asyncDispose]();
    assert.equal(await alive(directory), 0);
    assert.equal(await lifeOf(directory, life.lease.holder), "unknown");
  });
});

Deno.test("a process that could not give back what it held is found dead", async () => {
  await inDirectory(async (directory) => {
    const life = await holdProcessLock(directory, "here");
    life.keepLockFile();
    assert.equal(await lifeOf(directory, life.lease.holder), "alive");
    await life[Symbol.asyncDispose]();
    assert.equal(await lifeOf(directory, life.lease.holder), "dead");
  });
});

Deno.test("what this machine cannot know is unknown", async () => {
  await inDirectory(async (directory) => {
    const elsewhere = `other-host pid 1 ${crypto.randomUUID()}`;
    for (const holder of [elsewhere, "somebody", "", "../../etc/passwd"]) {
      assert.equal(await lifeOf(directory, holder), "unknown", holder);
    }
  });
});

Deno.test("without a directory to write to a run still has a name", async () => {
  await inDirectory(async (directory) => {
    const file = `${directory}/file`;
    await Deno.writeTextFile(file, "");
    await using life = await holdProcessLock(file, "here");
    assert.match(life.lease.holder, /^here /);
    assert.equal(await lifeOf(file, life.lease.holder), "unknown");
  });
});
