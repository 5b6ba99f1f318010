import assert from "node:assert/strict";
import { openKeyFile, rotateKeyFile, writePrivateFile } from "../../lib/db/vault/key_file.ts";
import { RecoveryFile } from "../../lib/db/vault/recovery_file.ts";
import { freshKeyring } from "./grants.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const database = { label: "localhost/test", schema: "oura" };
const pair = {
  obtainedAt: new Date("2026-11-01T00:00:00Z"),
  version: 3,
  accessToken: "access-token-two",
  refreshToken: "refresh-token-two",
  expiresAt: new Date("2027-01-01T00:00:00Z"),
  scopes: null,
  refreshedAt: new Date("2026-11-30T00:00:00Z"),
};

Deno.test("openKeyFile() makes a key once, for the owner only", strict, async () => {
  await inTempDir(async (directory) => {
    const path = `${directory}/token.key`;
    const first = await openKeyFile(path);
    const second = await openKeyFile(path);
    assert.equal(first.current.id, second.current.id);
    assert.deepEqual([first.byId.size, await modeOf(path)], [1, 0o600]);
  });
});

Deno.test("openKeyFile() replaces no file without a key: it says so", strict, async () => {
  await inTempDir(async (directory) => {
    for (const text of ["", "# only a comment\n", "***\n"]) {
      await Deno.writeTextFile(`${directory}/token.key`, text);
      await assert.rejects(openKeyFile(`${directory}/token.key`), { code: "TOKEN_KEY_FILE" });
    }
  });
});

Deno.test("rotateKeyFile() keeps the old key until the tokens have moved", strict, async () => {
  await inTempDir(async (directory) => {
    const path = `${directory}/token.key`;
    const old = (await openKeyFile(path)).current.id;
    await assert.rejects(rotateKeyFile(path, () => Promise.reject(new Error("crash"))), /crash/);
    const interrupted = await openKeyFile(path);
    assert.ok(interrupted.byId.has(old), "after a crash both keys are there");
    assert.notEqual(interrupted.current.id, old);
    const moved = await rotateKeyFile(path, (keyring) => {
      assert.ok(keyring.byId.has(old));
      return Promise.resolve(1);
    });
    const after = await openKeyFile(path);
    assert.deepEqual([moved, after.byId.size, after.byId.has(old)], [1, 1, false]);
    assert.equal(await modeOf(path), 0o600);
  });
});

Deno.test("writePrivateFile() leaves nothing behind when it fails", strict, async () => {
  await inTempDir(async (directory) => {
    await Deno.mkdir(`${directory}/taken`);
    await assert.rejects(writePrivateFile(`${directory}/taken`, "text"));
    const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    assert.deepEqual(names, ["taken"]);
  });
});

Deno.test("a recovery file keeps the pair, encrypted, for the owner only", strict, async () => {
  await inTempDir(async (directory) => {
    const keyring = await freshKeyring();
    const file = await RecoveryFile.of(`${directory}/new`, database, "wearer-1", keyring);
    assert.equal(await file.read(), null);
    await file.write(pair);
    assert.deepEqual(await file.read(), pair);
    assert.doesNotMatch(await Deno.readTextFile(file.path), /token-two|wearer-1/);
    assert.equal(await modeOf(file.path), 0o600);
    await file.remove();
    await file.remove();
    assert.equal(await file.read(), null);
  });
});

Deno.test("recovery files of other wearers and databases are other files", strict, async () => {
  const keyring = await freshKeyring();
  const paths = await Promise.all([
    RecoveryFile.of("d", database, "wearer-1", keyring),
    RecoveryFile.of("d", database, "wearer-2", keyring),
    RecoveryFile.of("d", { ...database, schema: "other" }, "wearer-1", keyring),
    RecoveryFile.of("d", { ...database, label: "elsewhere/test" }, "wearer-1", keyring),
  ]);
  assert.equal(new Set(paths.map(({ path }) => path)).size, 4);
});

Deno.test("a recovery file under another wearer's name does not open", strict, async () => {
  await inTempDir(async (directory) => {
    const keyring = await freshKeyring();
    const mine = await RecoveryFile.of(directory, database, "wearer-1", keyring);
    const yours = await RecoveryFile.of(directory, database, "wearer-2", keyring);
    await mine.write(pair);
    await Deno.rename(mine.path, yours.path);
    await assert.rejects(yours.read(), { code: "VAULT_ALTERED" });
  });
});

Deno.test("half a recovery file counts as none", strict, async () => {
  await inTempDir(async (directory) => {
    const file = await RecoveryFile.of(directory, database, "wearer-1", await freshKeyring());
    for (const text of ["", '{"key_id":', "{}", '{"key_id":"a","version":1,"sealed":"*"}']) {
      await Deno.writeTextFile(file.path, text);
      assert.equal(await file.read(), null);
    }
  });
});

async function inTempDir(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-test-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function modeOf(path: string): Promise<number> {
  return (await Deno.stat(path)).mode! & 0o777;
}
