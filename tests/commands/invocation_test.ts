import assert from "node:assert/strict";
import { invocation, isOfNpx, qualifyCommands } from "../../commands/_cli/command_names.ts";

Deno.test("a hint names commands as they are typed here", () => {
  const program = invocation();
  for (
    const [said, shown] of [
      ["Run `auth login`.", `Run \`${program} auth login\`.`],
      ["See `oura-sync doctor`.", `See \`${program} doctor\`.`],
      ["See why: oura-sync rejects list.", `See why: ${program} rejects list.`],
      ["Use `query`, not `UPDATE`.", `Use \`${program} query\`, not \`UPDATE\`.`],
    ]
  ) assert.equal(qualifyCommands(said!), shown);
});

Deno.test("what only looks like a command stays as it is", () => {
  for (const text of ["`schema.sql`", "`oura-sync`", "the sync `synced`", "oura-sync: gone"]) {
    assert.equal(qualifyCommands(text), text);
  }
});

Deno.test("a Deno that npx has fetched is known by its place", () => {
  assert.ok(isOfNpx("/home/me/.npm/_npx/7a40be787520bede/node_modules/deno/deno"));
  assert.ok(
    isOfNpx("C:\\Users\\me\\AppData\\Local\\npm-cache\\_npx\\7a\\node_modules\\deno\\deno.exe"),
  );
  assert.ok(!isOfNpx("/usr/lib/node_modules/deno/deno"));
  assert.ok(!isOfNpx("/home/me_npx/.deno/bin/deno"));
});
