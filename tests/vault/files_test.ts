import assert from "node:assert/strict";
import { openKeyFile, rotateKeyFile } from "../../lib/db/vault/key_file.ts";
import { RecoveryFiles } from "../../lib/db/vault/recovery_files.ts";
import { DatabaseError } from "../../lib/errors.ts";
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

Deno.test("a recovery file keeps the pair, encrypted, for the owner only", strict, async () => {
  await inTempDir(async (directory) => {
    const keyring = await freshKeyring();
    const files = await RecoveryFiles.of(`${directory}/new`, database, "wearer-1", keyring);
    assert.deepEqual(await files.read(), []);
    const path = await files.keep(pair);
    assert.deepEqual(await files.read(), [{ path, pair }]);
    assert.doesNotMatch(await Deno.readTextFile(path), /token-two|wearer-1/);
    assert.deepEqual([await modeOf(path), await modeOf(`${directory}/new`)], [0o600, 0o700]);
    await files.remove(path);
    await files.remove(path);
    assert.deepEqual(await files.read(), []);
  });
});

Deno.test("every pair has a recovery file of its own, the newest comes first", strict, async () => {
  await inTempDir(async (directory) => {
    const files = await RecoveryFiles.of(directory, database, "wearer-1", await freshKeyring());
    const first = await files.keep(pair);
    const second = await files.keep({ ...pair, version: 4 });
    assert.deepEqual((await files.read()).map(({ path }) => path), [second, first]);
    await files.remove(first);
    assert.deepEqual((await files.read()).map(({ path }) => path), [second]);
  });
});

Deno.test("recovery files of other wearers and databases are not read", strict, async () => {
  await inTempDir(async (directory) => {
    const keyring = await freshKeyring();
    const mine = await RecoveryFiles.of(directory, database, "wearer-1", keyring);
    const others = await Promise.all([
      RecoveryFiles.of(directory, database, "wearer-2", keyring),
      RecoveryFiles.of(directory, { ...database, schema: "other" }, "wearer-1", keyring),
      RecoveryFiles.of(directory, { ...database, label: "elsewhere/test" }, "wearer-1", keyring),
    ]);
    for (const other of others) await other.keep(pair);
    assert.deepEqual(await mine.read(), []);
    for (const other of others) assert.equal((await other.read()).length, 1);
  });
});

Deno.test("a recovery file under another wearer's name does not open", strict, async () => {
  await inTempDir(async (directory) => {
    const keyring = await freshKeyring();
    const mine = await RecoveryFiles.of(directory, database, "wearer-1", keyring);
    const yours = await RecoveryFiles.of(directory, database, "wearer-2", keyring);
    await Deno.rename(await mine.keep(pair), await yours.keep(pair));
    const [moved] = await yours.read();
    assert.ok(moved?.pair === null && moved.problem instanceof DatabaseError);
    assert.equal(moved.problem.code, "VAULT_ALTERED");
  });
});

Deno.test("half a recovery file counts as none", strict, async () => {
  await inTempDir(async (directory) => {
    const files = await RecoveryFiles.of(directory, database, "wearer-1", await freshKeyring());
    const path = await files.keep(pair);
    for (const text of ["", '{"key_id":', "{}", '{"key_id":"a","version":1,"sealed":"*"}']) {
      await Deno.writeTextFile(path, text);
      assert.deepEqual(await files.read(), [{ path, pair: null }]);
    }
  });
});

Deno.test(
  "a recovery file of an earlier version, without an id in its name, is read",
  strict,
  async () => {
    await inTempDir(async (directory) => {
      const files = await RecoveryFiles.of(directory, database, "wearer-1", await freshKeyring());
      const path = await files.keep(pair);
      const earlier = path.replace(/\.[^.]+\.recovery$/, ".recovery");
      await Deno.rename(path, earlier);
      assert.deepEqual(await files.read(), [{ path: earlier, pair }]);
    });
  },
);

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
