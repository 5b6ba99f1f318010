import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { createTokenKey, setInEnvFile } from "../../commands/auth/token_key_setup.ts";
import { keyringOf } from "../../lib/db/vault/token_key.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };

const cases: Record<string, { before: string | null; after: string }> = {
  "no file": { before: null, after: "NAME=new\n" },
  "an empty file": { before: "", after: "NAME=new\n" },
  "a file without a last line feed": { before: "A=1", after: "A=1\nNAME=new\n" },
  "an empty value": { before: "A=1\nNAME=\nB=2\n", after: "A=1\nNAME=new\nB=2\n" },
  "another value": { before: "export NAME = 'old'\nB=2\n", after: "NAME=new\nB=2\n" },
  "a comment about it": { before: "# NAME=old\n", after: "# NAME=old\nNAME=new\n" },
  "a name that stands there twice": {
    before: "NAME=old\nNAME=\n",
    after: "NAME=new\nNAME=\nNAME=new\n",
  },
  "longer names": { before: "NAME_TOO=1\nMY_NAME=2\n", after: "NAME_TOO=1\nMY_NAME=2\nNAME=new\n" },
};

for (const [name, { before, after }] of Object.entries(cases)) {
  Deno.test(`setInEnvFile() changes one line of ${name}`, strict, async () => {
    await inTempDir(async (directory) => {
      const file = `${directory}/.env`;
      if (before !== null) await Deno.writeTextFile(file, before);
      await setInEnvFile(file, "NAME", "new");
      assert.equal(await Deno.readTextFile(file), after);
    });
  });
}

Deno.test("setInEnvFile() quotes what would be read as something else", strict, async () => {
  const values = ["a#b", " a ", "a b", `"a"`, `'a'`, `a'b"#c`, "a\\nb", "$HOME", "=", "a=b", ""];
  for (const value of values) {
    await inTempDir(async (directory) => {
      const file = `${directory}/.env`;
      for (const before of ["", "NAME=old\n", "A=1\nexport NAME='o#ld'\nB=2\n"]) {
        await Deno.writeTextFile(file, before);
        await setInEnvFile(file, "NAME", value);
        const read = parseEnv(await Deno.readTextFile(file));
        assert.equal(read.NAME, value, value);
        assert.equal(read.B, before.includes("B") ? "2" : undefined);
      }
    });
  }
  await inTempDir(async (directory) => {
    await assert.rejects(setInEnvFile(`${directory}/.env`, "NAME", "'\"`#\n"), (error) => {
      assert.ok(error instanceof Error && !error.message.includes("`#"));
      return "code" in error && error.code === "ENV_FILE_UNWRITABLE";
    });
  });
});

Deno.test("createTokenKey() writes a key that works, and tells its id", strict, async () => {
  await inTempDir(async (directory) => {
    const { id } = await createTokenKey(`${directory}/.env`);
    const written = parseEnv(await Deno.readTextFile(`${directory}/.env`)).OURA_TOKEN_KEY!;
    assert.equal((await keyringOf(Uint8Array.fromBase64(written))).current.id, id);
  });
});

Deno.test("createTokenKey() says what to do where nothing can be written", strict, async () => {
  await assert.rejects(createTokenKey("/nowhere/at/all/.env"), {
    code: "ENV_FILE_UNWRITABLE",
    exitCode: 2,
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
