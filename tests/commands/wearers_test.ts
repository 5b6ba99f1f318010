/** Labels: given, shown, accepted in place of ids, and forgotten. */
import assert from "node:assert/strict";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { setLabel } from "../../lib/db/store/wearers.ts";
import { serveSimulator, staticToken } from "../../simulator/mod.ts";
import { runInProcess } from "../support/in_process.ts";
import { createDatabase } from "../support/postgres.ts";
import { appliedTemplate, DEFAULT_SCHEMA } from "../support/server_database.ts";

const IDS = ["first", "second"];

/** Two wearers, synced into a database. */
async function withLab(
  body: (lab: {
    run: (
      args: string[],
      isTerminal?: boolean,
    ) => Promise<{ exitCode: number; out: string; err: string }>;
    url: string;
  }) => Promise<void>,
): Promise<void> {
  const oura = serveSimulator({ days: 8, users: IDS.map((id) => ({ id, zone: "UTC" })) });
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-lab-" });
  const database = await createDatabase(await appliedTemplate(DEFAULT_SCHEMA));
  const env = { DATABASE_URL: database.url, OURA_API_URL: oura.url };
  try {
    for (const id of IDS) {
      const one = { ...env, OURA_ACCESS_TOKEN: staticToken(id) };
      const { exitCode, err } = await runInProcess({ directory, env: one }, ["sync"]);
      assert.equal(exitCode, 0, err);
    }
    await body({
      url: database.url,
      run: (args, isTerminal = false) => runInProcess({ directory, env, isTerminal }, args),
    });
  } finally {
    await oura.close();
    await database.drop();
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a label is shown in place of the id, and accepted by --user-id", async (t) => {
  await withLab(async ({ run, url }) => {
    await t.step("wearers set, wearers list", async () => {
      const set = await run(["wearers", "set", "first", "--label", "P-017", "--json"]);
      assert.deepEqual(JSON.parse(set.out), { userId: "first", label: "P-017" });
      const { wearers } = JSON.parse((await run(["wearers", "list", "--json"])).out);
      assert.deepEqual(wearers, [
        { userId: "first", label: "P-017", signIn: null },
        { userId: "second", label: null, signIn: null },
      ]);
      // The present label names the wearer too.
      assert.equal((await run(["wearers", "set", "p-017", "--label", "P-17"])).exitCode, 0);
      assert.equal((await run(["wearers", "set", "P-17", "--label", "P-017"])).exitCode, 0);
    });

    await t.step("labels are harmless, and belong to one wearer whatever their case", async () => {
      for (const label of ["", "a b", "-x", "ä", "<b>", "x".repeat(41), "a\u001b[31m", "=1+1"]) {
        const { exitCode, err } = await run(["wearers", "set", "second", `--label=${label}`]);
        assert.equal(exitCode, 2, label);
        assert.match(err, /BAD_LABEL/);
      }
      for (const label of ["p-017", "first"]) {
        const { exitCode, err } = await run(["wearers", "set", "second", "--label", label]);
        assert.equal(exitCode, 2, label);
        assert.match(err, /LABEL_TAKEN/);
      }
      assert.match((await run(["wearers", "set", "nobody", "--label", "x"])).err, /UNKNOWN_WEARER/);
      assert.match((await run(["wearers", "set", "first"])).err, /OPTION_MISSING/);
    });

    await t.step("status, gaps and reports", async () => {
      const status = await run(["status"]);
      assert.match(status.out, /^wearer P-017: /m);
      assert.match(status.out, /^wearer second: /m);
      const { wearers } = JSON.parse((await run(["status", "--json"])).out);
      assert.deepEqual(
        wearers.map(({ userId, label }: { userId: string; label: string }) => [userId, label]),
        [["first", "P-017"], ["second", null]],
      );
      const gaps = await run(["gaps", "--user-id", "p-017", "--all", "--json"]);
      assert.deepEqual(
        [...new Set(JSON.parse(gaps.out).gaps.map(({ userId }: { userId: string }) => userId))],
        ["first"],
      );
      assert.match((await run(["gaps", "--user-id", "P-017", "--all"])).out, /^wearer P-017$/m);
      const report = await run(["report", "--user-id", "P-017", "--format", "json"]);
      assert.equal(report.exitCode, 0, report.err);
      const rejects = await run(["rejects", "list", "--user-id", "P-017", "--json"]);
      assert.deepEqual(JSON.parse(rejects.out), { rejects: [] });
      const unknown = await run(["gaps", "--user-id", "P-018"]);
      assert.match(unknown.err, /UNKNOWN_WEARER/);
    });

    await t.step(
      "status --all-users has a line per wearer, in red only on a terminal",
      async () => {
        const plain = await run(["status", "--all-users"]);
        assert.equal(plain.exitCode, 0, plain.err);
        const lines = plain.out.trimEnd().split("\n").slice(2);
        assert.equal(lines.length, 1 + IDS.length);
        assert.match(
          lines[1]!,
          /^P-017 +fresh +not stored +\d{4}-\d\d-\d\d .* \d+ % +\d{4}.* done/,
        );
        const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
        await db.query(
          `INSERT INTO oura.oauth_tokens (user_id, access_token, refresh_token, key_id, key_version,
          expires_at, portal, token_url, revoke_url, client_id, state)
        VALUES ('second', '\\x00', '\\x00', 'k', 2, now(), 'moi', 'https://x', 'https://x', 'c',
          'needs_login')`,
        ).finally(() => db.close());
        const terminal = await run(["status", "--all-users"], true);
        const red = terminal.out.split("\n").filter((line) => line.includes("\u001b[31m"));
        assert.equal(red.length, 1);
        assert.match(red[0]!, /second +failing +expired/);
        assert.match(terminal.err, /One wearer must sign in again/);
        assert.ok(!(await run(["status", "--all-users"])).out.includes("\u001b"));
      },
    );

    await t.step("status --all-users as JSON and CSV", async () => {
      const json = JSON.parse((await run(["status", "--all-users", "--json"])).out);
      assert.deepEqual(Object.keys(json), [
        "database",
        "checkedAt",
        "from",
        "to",
        "days",
        "dataTypes",
        "wearers",
      ]);
      assert.deepEqual(json.wearers.map(({ verdict }: { verdict: string }) => verdict).toSorted(), [
        "failing",
        "fresh",
      ]);
      const csv = (await run(["status", "--all-users", "--csv"])).out.trimEnd().split("\r\n");
      assert.equal(csv[0], "wearer,data_type,day,read,held,missing,error_code");
      assert.ok(csv.some((line) => line.startsWith("P-017,daily_sleep,")));
      assert.equal((await run(["status", "--csv"])).exitCode, 2);
    });

    await t.step("a name that is one wearer's label and another's id is refused", async () => {
      const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
      await db.query("UPDATE oura.wearers SET label = 'second' WHERE user_id = 'first'")
        .finally(() => db.close());
      for (const command of [["forget", "--yes"], ["gaps"], ["report"]]) {
        const { exitCode, err } = await run([...command, "--user-id", "second"]);
        assert.equal(exitCode, 2, command.join(" "));
        assert.match(err, /AMBIGUOUS_WEARER/);
      }
      await run(["wearers", "set", "first", "--no-label"]);
      await run(["wearers", "set", "first", "--label", "P-017"]);
    });

    await t.step("forget takes the label, and forgets it with the used link", async () => {
      const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
      try {
        await db.query(
          `INSERT INTO oura.invitations (token_hash, label, expires_at, used_at, user_id)
          VALUES ('x', 'P-017', now(), now(), 'first')`,
        );
        const { exitCode, err } = await run(["forget", "--user-id", "p-017", "--yes"]);
        assert.equal(exitCode, 0, err);
        for (const table of ["wearers", "invitations", "sync_windows", "sleep"]) {
          const sql = `SELECT 1 FROM oura.${table} WHERE user_id = 'first'`;
          assert.equal((await db.query(sql)).rows.length, 0, table);
        }
        assert.ok((await db.query("SELECT 1 FROM oura.sleep")).rows.length > 0);
      } finally {
        await db.close();
      }
    });
  });
});

Deno.test("two programs cannot give one label to two wearers", async () => {
  const database = await createDatabase(await appliedTemplate(DEFAULT_SCHEMA));
  const open = () => openPostgres({ kind: "url", url: database.url }, { schema: "oura" });
  const pools = [await open(), await open()];
  try {
    for (let i = 0; i < 20; i++) {
      const outcomes = await Promise.allSettled(
        pools.map((db, place) => setLabel(db, IDS[place]!, `P-${i}`, new Date())),
      );
      const states = outcomes.map(({ status }) => status).toSorted();
      assert.deepEqual(states, ["fulfilled", "rejected"], `P-${i}`);
    }
  } finally {
    for (const db of pools) await db.close();
    await database.drop();
  }
});

Deno.test("auth invite prints a link once; auth invites and --revoke know it by number", async () => {
  await withLab(async ({ run, url }) => {
    const ask = ["auth", "invite", "--url", "https://oura.example.org/", "--json"];
    const made = JSON.parse((await run([...ask, "--label", "P-1", "--study", "Sleep"])).out);
    assert.match(made.url, /^https:\/\/oura\.example\.org\/join\/[\w-]{43}$/);
    const days = (Date.parse(made.expiresAt) - Date.now()) / 86_400_000;
    assert.ok(days > 6.9 && days <= 7, `${days}`);
    const listed = await run(["auth", "invites", "--json"]);
    const [open] = JSON.parse(listed.out).invitations;
    assert.deepEqual([open.id, open.label, open.study], [made.id, "P-1", "Sleep"]);
    assert.ok(!listed.out.includes("join/"));
    assert.match((await run(["auth", "invites"])).out, /P-1 +Sleep/);

    const again = await run([...ask, "--label", "p-1"]);
    assert.match(again.err, /LABEL_TAKEN/);
    assert.match((await run([...ask, "--label", "first"])).err, /LABEL_TAKEN/);
    const wrong = [
      ["--expires", "10m"],
      ["--expires", "91d"],
      ["--study", "two\nlines"],
      ["--label", "a b"],
    ];
    for (const args of wrong) {
      assert.equal((await run([...ask, ...args])).exitCode, 2, `${args[1]}`);
    }
    for (const bad of ["http://oura.example.org", "oura", "https://x/?a=b", "https://u@x/"]) {
      assert.match((await run(["auth", "invite", "--url", bad])).err, /BAD_PUBLIC_URL/, bad);
    }
    assert.match((await run(["auth", "invite"])).err, /OPTION_MISSING/);

    assert.equal((await run(["auth", "invite", "--revoke", String(made.id)])).exitCode, 0);
    assert.match((await run(["auth", "invites"])).out, /No link is open/);
    const gone = await run(["auth", "invite", "--revoke", String(made.id)]);
    assert.match(gone.err, /NO_SUCH_INVITATION/);
    // The label is free again, also that of a wearer who is to sign in again.
    await run(["wearers", "set", "first", "--label", "P-1"]);
    assert.equal((await run([...ask, "--label", "P-1"])).exitCode, 0);

    const db = await openPostgres({ kind: "url", url }, { schema: "oura" });
    const { rows } = await db.query("SELECT i::text AS row FROM oura.invitations i")
      .finally(() => db.close());
    assert.ok(!JSON.stringify(rows).includes(made.url.split("/").at(-1)));
  });
});
