import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { parseEnv } from "node:util";
import { ask, QUESTIONS } from "../../commands/init/values.ts";
import { putDatabase } from "../support/embedded_image.ts";
import { deskTest } from "./support.ts";

const APP = { OURA_CLIENT_ID: "an-app", OURA_CLIENT_SECRET: "a-secret" };

deskTest(
  "init without a terminal and without values says which are missing, and writes nothing",
  async ({ run, directory }) => {
    const { exitCode, out, err } = await run(["init"]);
    assert.equal(exitCode, 2);
    assert.equal(out, "");
    assert.match(err, /OURA_CLIENT_ID \(--client-id\), OURA_CLIENT_SECRET \(--client-secret\)/);
    assert.match(err, /redirect URI +http:\/\/localhost:8000\/callback/);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(directory)), []);
  },
);

deskTest(
  "init on a server writes .env, oura.yaml, a key and the tables",
  async ({ run, directory, databaseUrl }) => {
    const { exitCode, out, err } = await run(["init", "--database-url", databaseUrl], APP);
    assert.equal(exitCode, 0, err);
    const env = parseEnv(await Deno.readTextFile(`${directory}/.env`));
    assert.equal(env.OURA_CLIENT_ID, APP.OURA_CLIENT_ID);
    assert.equal(env.DATABASE_URL, databaseUrl);
    assert.equal(Uint8Array.fromBase64(env.OURA_TOKEN_KEY ?? "").length, 32);
    assert.equal((await Deno.stat(`${directory}/.env`)).mode! & 0o777, 0o600);
    assert.ok(!out.includes(APP.OURA_CLIENT_SECRET) && !err.includes(APP.OURA_CLIENT_SECRET));
    const plan = await run(["plan", "--json"]);
    assert.equal(plan.exitCode, 0, plan.err);
    assert.deepEqual(JSON.parse(plan.out).steps, []);
  },
);

deskTest("init a second time changes nothing", async ({ run, directory, databaseUrl }) => {
  await run(["init", "--database-url", databaseUrl], APP);
  const read = () =>
    Promise.all(
      [".env", "oura.yaml", "oura.schema.json"].map((name) =>
        Deno.readTextFile(`${directory}/${name}`)
      ),
    );
  const before = await read();
  const { exitCode, err } = await run(["init", "--client-id", "another"], {});
  assert.equal(exitCode, 0);
  assert.match(err, /^OURA_CLIENT_ID was left unchanged/m);
  assert.deepEqual(await read(), before);
});

deskTest(
  "init completes a .env that lacks something and leaves the rest alone",
  async ({ run, directory }) => {
    await Deno.writeTextFile(
      `${directory}/.env`,
      "# mine\nLOG_LEVEL=warning\nOURA_CLIENT_ID=kept\n",
    );
    await putDatabase(`${directory}/data/database`);
    const { exitCode, err } = await run(["init", "--from-stdin"], {}, "OURA_CLIENT_SECRET=piped\n");
    assert.equal(exitCode, 0, err);
    assert.equal(
      await Deno.readTextFile(`${directory}/.env`),
      "# mine\nLOG_LEVEL=warning\nOURA_CLIENT_ID=kept\nOURA_CLIENT_SECRET=piped\n",
    );
  },
);

deskTest("init tries the server before it writes its URL down", async (desk) => {
  const wrong = desk.databaseUrl.replace(/\/test_\w+/, "/gone");
  const { exitCode, err } = await desk.run(["init", "--database-url", wrong], APP);
  assert.equal(exitCode, 5);
  assert.match(err, /DATABASE_MISSING/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(desk.directory)), []);
  const right = await desk.run(["init", "--database-url", desk.databaseUrl], APP);
  assert.equal(right.exitCode, 0, right.err);
});

deskTest("init judges the values before it writes any", async ({ run, directory }) => {
  const { exitCode, err } = await run(["init", "--database-url", "mysql://nope"], APP);
  assert.equal(exitCode, 2);
  assert.match(err, /DATABASE_URL/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(directory)), []);
});

/** Asks all questions a person who types this. */
async function asked(typed: string): Promise<{ answers: unknown; prompts: number }> {
  let prompts = 0;
  const answers = await ask(QUESTIONS, Readable.from([typed]), () => prompts++);
  return { answers, prompts };
}

Deno.test("init takes lines that are pasted at once, and asks again for what it needs", async () => {
  const values = { OURA_CLIENT_ID: "an-app", OURA_CLIENT_SECRET: "a-secret" };
  assert.deepEqual(await asked("an-app\na-secret\n\n"), { answers: values, prompts: 3 });
  assert.deepEqual(await asked("\n an-app \n\n\na-secret\npostgres://h/d\n"), {
    answers: { ...values, DATABASE_URL: "postgres://h/d" },
    prompts: 6,
  });
});

Deno.test("init says what is missing when its questions are left with Ctrl-D", async () => {
  const refused = { code: "VALUES_MISSING", message: /: OURA_CLIENT_SECRET \(--client-secret\)$/ };
  await assert.rejects(asked("an-app\n"), refused);
  const { answers } = await asked("an-app\na-secret\n");
  assert.deepEqual(answers, { OURA_CLIENT_ID: "an-app", OURA_CLIENT_SECRET: "a-secret" });
});
