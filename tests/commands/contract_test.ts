/** The documents of `--json` have the members that docs/cli-contract.md lists. */
import assert from "node:assert/strict";
import { deskTest } from "./support.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/cli-contract.md", import.meta.url));

/** The members that the page lists for a command. */
function listed(command: string): string[] {
  const row = PAGE.split("\n").find((line) =>
    line.replace(/ +\|/, " |").startsWith(`| \`${command}\` |`)
  );
  assert.ok(row, `the page has no row for ${command}`);
  return [...row.split("|")[2]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
}

deskTest("documents are as the contract lists them", async (desk) => {
  const env = { DATABASE_URL: desk.databaseUrl };
  const asked = ["validate", "migrate", "migrate status", "status", "gaps", "plan", "rejects list"];
  for (const command of asked) {
    const { out, err } = await desk.run([...command.split(" "), "--json"], env);
    assert.ok(out, err);
    assert.deepEqual(Object.keys(JSON.parse(out)).sort(), listed(command).sort(), command);
  }
  const { out } = await desk.run(["doctor", "--json"], env);
  for (const finding of JSON.parse(out) as object[]) {
    const members = Object.keys(finding);
    assert.deepEqual(members.filter((name) => !listed("doctor").includes(name)), []);
  }
});

deskTest("a failure has the members that the contract lists", async (desk) => {
  const { out, exitCode } = await desk.run(["auth", "status", "--json", "--nonsense"]);
  const failure = JSON.parse(out);
  assert.equal(exitCode, 2);
  assert.deepEqual(Object.keys(failure), ["error", "exitCode"]);
  assert.equal(failure.error.code, "COMMAND_LINE");
});
