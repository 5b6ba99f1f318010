import assert from "node:assert/strict";
import { seal, unseal } from "../../lib/db/vault/cipher.ts";
import { generateTokenKey, keyringOf } from "../../lib/db/vault/token_key.ts";
import { freshKeyring } from "./grants.ts";

const context = {
  userId: "wearer-1",
  kind: "access_token",
  tokenUrl: "https://moi.ouraring.com/token",
  revokeUrl: "https://moi.ouraring.com/revoke",
} as const;

Deno.test("unseal() returns what seal() took, with a nonce of its own each time", async () => {
  const keyring = await freshKeyring();
  const first = await seal(keyring, "token ☂", context);
  const second = await seal(keyring, "token ☂", context);
  assert.notDeepEqual(first.bytes, second.bytes);
  assert.equal(await unseal(keyring, first, context), "token ☂");
});

Deno.test("unseal() refuses a text that was put elsewhere", async () => {
  const keyring = await freshKeyring();
  const sealed = await seal(keyring, "token", context);
  const elsewhere = [
    { ...context, userId: "wearer-2" },
    { ...context, kind: "refresh_token" as const },
    { ...context, kind: "recovery" as const },
    { ...context, tokenUrl: "https://evil.example/token" },
    { ...context, revokeUrl: "https://evil.example/revoke" },
  ];
  for (const other of elsewhere) {
    await assert.rejects(unseal(keyring, sealed, other), { code: "VAULT_ALTERED", exitCode: 5 });
  }
});

Deno.test("unseal() refuses every altered or shortened byte sequence", async () => {
  const keyring = await freshKeyring();
  const sealed = await seal(keyring, "token", context);
  for (let index = 0; index < sealed.bytes.length; index++) {
    const bytes = Uint8Array.from(sealed.bytes);
    bytes[index]! ^= 1;
    await assert.rejects(unseal(keyring, { ...sealed, bytes }, context), { code: "VAULT_ALTERED" });
    const shorter = sealed.bytes.slice(0, index);
    await assert.rejects(unseal(keyring, { ...sealed, bytes: shorter }, context), {
      code: "VAULT_ALTERED",
    });
  }
});

Deno.test("unseal() with the wrong key names both key ids and exits with 2", async () => {
  const [right, wrong] = [await freshKeyring(), await freshKeyring()];
  const sealed = await seal(right, "token", context);
  await assert.rejects(unseal(wrong, sealed, context), {
    code: "TOKEN_KEY_WRONG",
    exitCode: 2,
    message: new RegExp(`${right.current.id}.*${wrong.current.id}`),
  });
});

Deno.test("unseal() refuses a format it does not know", async () => {
  const keyring = await freshKeyring();
  const sealed = await seal(keyring, "token", context);
  await assert.rejects(unseal(keyring, { ...sealed, version: 3 }, context), {
    code: "VAULT_FORMAT",
  });
});

Deno.test("a keyring decrypts with former keys and encrypts with the current one", async () => {
  const [old, fresh] = [generateTokenKey(), generateTokenKey()];
  const before = await seal(await keyringOf(old), "token", context);
  const both = await keyringOf(fresh, old);
  assert.equal(await unseal(both, before, context), "token");
  const after = await seal(both, "token", context);
  assert.equal(await unseal(await keyringOf(fresh), after, context), "token");
});

Deno.test("a key of another length is refused", async () => {
  await assert.rejects(keyringOf(new Uint8Array(16)), { code: "TOKEN_KEY_INVALID", exitCode: 2 });
});
