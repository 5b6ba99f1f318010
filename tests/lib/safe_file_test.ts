import assert from "node:assert/strict";
import {
  makePrivateDirectory,
  removeUnfinished,
  type WritableFile,
  writeSafely,
} from "../../lib/process/safe_file.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const BEFORE = "OURA_TOKEN_KEY=precious\n";
const LONG = `${BEFORE}${"# a line of another program\n".repeat(250)}`;

/** A file whose writes go through `write`; everything else is the real one's. */
function fileWith(write: (file: Deno.FsFile, bytes: Uint8Array) => Promise<number>) {
  return async (path: string, mode: number): Promise<WritableFile> => {
    const file = await Deno.open(path, { write: true, createNew: true, mode });
    return {
      write: (bytes) => write(file, bytes),
      sync: () => file.sync(),
      stat: () => file.stat(),
      lock: (exclusive) => file.lock(exclusive),
      [Symbol.dispose]: () => file.close(),
    };
  };
}

Deno.test("writeSafely() writes on after short writes", strict, async () => {
  await inTempDir(async (directory) => {
    const create = fileWith((file, bytes) => file.write(bytes.subarray(0, 100)));
    await writeSafely(`${directory}/.env`, LONG, { create });
    assert.equal(await Deno.readTextFile(`${directory}/.env`), LONG);
  });
});

Deno.test(
  "writeSafely() leaves the old file whole when the disk takes no more",
  strict,
  async () => {
    const failures = {
      "nothing more is written": async (file: Deno.FsFile, bytes: Uint8Array) =>
        bytes.length === LONG.length ? await file.write(bytes.subarray(0, 4096)) : 0,
      "bytes are claimed that the file does not have": async (
        file: Deno.FsFile,
        bytes: Uint8Array,
      ) => {
        await file.write(bytes.subarray(0, 4096));
        return bytes.length;
      },
    };
    for (const [name, write] of Object.entries(failures)) {
      await inTempDir(async (directory) => {
        await Deno.writeTextFile(`${directory}/.env`, BEFORE);
        const create = fileWith(write);
        await assert.rejects(
          writeSafely(`${directory}/.env`, LONG, { create }),
          new RegExp(`4096 of ${LONG.length} bytes were written`),
          name,
        );
        assert.equal(await Deno.readTextFile(`${directory}/.env`), BEFORE);
        assert.deepEqual(await namesIn(directory), [".env"]);
      });
    }
  },
);

Deno.test("writeSafely() notices a full disk", strict, async () => {
  await inTempDir(async (directory) => {
    if (!await mountSmallDisk(directory)) {
      const full = () => Promise.reject(new Error("No space left on device"));
      await assert.rejects(writeSafely(`${directory}/.env`, LONG, { create: fileWith(full) }));
      return;
    }
    try {
      await Deno.writeTextFile(`${directory}/.env`, BEFORE);
      await fillUp(directory, 4096);
      await assert.rejects(writeSafely(`${directory}/.env`, LONG), /No space left/);
      assert.equal(await Deno.readTextFile(`${directory}/.env`), BEFORE);
      assert.deepEqual(await namesIn(directory), [".env", "ballast"]);
    } finally {
      await succeeds("umount", [directory]);
    }
  });
});

Deno.test("writeSafely() writes through links, and keeps them", strict, async () => {
  await inTempDir(async (directory) => {
    await Deno.mkdir(`${directory}/dotfiles`);
    await Deno.symlink("dotfiles/link", `${directory}/.env`);
    await Deno.symlink("env", `${directory}/dotfiles/link`);
    for (const text of ["the file is not there yet\n", "now it is\n"]) {
      await writeSafely(`${directory}/.env`, text);
      assert.equal(await Deno.readTextFile(`${directory}/dotfiles/env`), text);
      assert.ok((await Deno.lstat(`${directory}/.env`)).isSymlink);
    }
    assert.equal((await Deno.stat(`${directory}/dotfiles/env`)).mode! & 0o777, 0o600);
    assert.deepEqual(await namesIn(`${directory}/dotfiles`), ["env", "link"]);
    await Deno.symlink("round", `${directory}/round`);
    await assert.rejects(writeSafely(`${directory}/round`, "text"), /too many levels/);
  });
});

Deno.test(
  "removeUnfinished() removes what a killed writer left, and nothing else",
  strict,
  async () => {
    await inTempDir(async (directory) => {
      const path = `${directory}/.env`;
      const names = [".env", ".env.local", "other.1.oura-sync.tmp", ".env.1.oura-sync.tmp"];
      for (const name of names) await Deno.writeTextFile(`${directory}/${name}`, "x");
      const held = `${path}.2.oura-sync.tmp`;
      using file = await Deno.open(held, { write: true, createNew: true });
      await file.lock(true);
      await removeUnfinished(path);
      assert.deepEqual(await namesIn(directory), [
        ".env",
        ".env.2.oura-sync.tmp",
        ".env.local",
        "other.1.oura-sync.tmp",
      ]);
      await removeUnfinished(`${directory}/no/such/file`);
    });
  },
);

Deno.test("unfinished files are files that git ignores", async () => {
  const ignored = await Deno.readTextFile(new URL("../../.gitignore", import.meta.url));
  assert.ok(ignored.split("\n").includes("*.oura-sync.tmp"));
});

Deno.test("makePrivateDirectory() lets only the owner in, whatever the umask", strict, async () => {
  await inTempDir(async (directory) => {
    const module = new URL("../../lib/process/safe_file.ts", import.meta.url);
    for (const umask of ["000", "022", "277"]) {
      const made = `${directory}/${umask}/data`;
      const script = `import { makePrivateDirectory } from "${module}";
        await Deno.mkdir("${directory}/${umask}");
        Deno.umask(0o${umask});
        await makePrivateDirectory("${made}");`;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", script],
        stderr: "inherit",
      });
      assert.ok((await child.output()).success);
      assert.equal((await Deno.stat(made)).mode! & 0o777, 0o700);
    }
    await Deno.mkdir(`${directory}/shared`);
    await Deno.chmod(`${directory}/shared`, 0o750);
    await makePrivateDirectory(`${directory}/shared`);
    assert.equal((await Deno.stat(`${directory}/shared`)).mode! & 0o777, 0o750);
  });
});

async function mountSmallDisk(directory: string): Promise<boolean> {
  return await succeeds("mount", ["-t", "tmpfs", "-o", "size=64k", "none", directory]);
}

/** Leaves only so much free. */
async function fillUp(directory: string, free: number): Promise<void> {
  await succeeds("dd", ["if=/dev/zero", `of=${directory}/ballast`, "bs=4k"]);
  const { size } = await Deno.stat(`${directory}/ballast`);
  await Deno.truncate(`${directory}/ballast`, size - free);
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).sort();
}

async function inTempDir(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-test-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
