import assert from "node:assert/strict";
import { serveSimulator } from "../../simulator/mod.ts";
import { portalAt } from "../sign_in/support.ts";
import { copyOfProgram, type NewUser, newUser } from "./new_user.ts";
import { fences } from "./markdown.ts";

const README = await Deno.readTextFile("README.md");

/** The lines of shell of a section of README.md, in order, without their comments. */
function linesOf(section: string): string[] {
  const text = README.split(/^(?=## )/m).find((part) => part.startsWith(`## ${section}\n`))!;
  return fences("README.md", text).filter(({ language }) => language === "sh")
    .flatMap((fence) => fence.text.trim().split("\n").map((line) => line.replace(/ +#.*$/, "")));
}

/** Runs a line as it stands, and expects success. */
async function follow(user: NewUser, line: string): Promise<string> {
  const { code, out, err } = await user.shell(line);
  assert.equal(code, 0, `${line}\n${err}`);
  return out;
}

Deno.test({
  name: "README.md leads a new user from a clone to data, by its own words",
  sanitizeOps: true,
  sanitizeResources: true,
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const oura = serveSimulator({ days: 10 });
    const directory = await copyOfProgram();
    try {
      const user = await newUser(directory, oura, portalAt(oura.url, "moi"));

      const [demo, test] = linesOf("Try it");
      assert.match(test!, / task test$/);
      const screen = await follow(user, `${demo!.replace("npx -y deno@2.9.6", "deno")} --days 3`);
      assert.match(screen, /rows in 19 tables/);

      const steps = linesOf("Your own ring");
      const names = steps.map((line) => line.split(" ")[2]);
      assert.deepEqual(names, ["init", "auth", "sync", "schedule", "query"]);
      const [init, login, sync, schedule, query] = steps;
      assert.match(await follow(user, `${init} ${user.answers}`), /tables are ready/);
      await follow(user, login!);
      await follow(user, sync!);
      await follow(user, schedule!);
      assert.match(await follow(user, query!), /^day +score +total_sleep_score\n\d{4}-/);
      await follow(user, "deno task status");
      await follow(user, "deno task gaps");

      await addColumn(directory);
      assert.match(await follow(user, "deno task plan"), /ADD COLUMN "sleep_efficiency" integer/);
      await follow(user, "deno task apply");
      const filled = "deno task query --csv " +
        `"select count(*) > 0 and count(*) = count(sleep_efficiency) from oura.daily_sleep"`;
      assert.match(await follow(user, filled), /true/);

      for (const line of linesOf("Commands")) await follow(user, line);
      await follow(user, "deno task validate");
    } finally {
      await oura.close();
      await Deno.remove(directory, { recursive: true });
    }
  },
});

/** Puts README's line of YAML where README says. */
async function addColumn(directory: string): Promise<void> {
  const line = /^ +(sleep_efficiency: \S+)/m.exec(README)![1]!;
  const file = `${directory}/config/oura.yaml`;
  const yaml = await Deno.readTextFile(file);
  const edited = yaml.replace(/( {2}daily_sleep:[^]*?columns:\n)/, `$1      ${line}\n`);
  assert.notEqual(edited, yaml);
  await Deno.writeTextFile(file, edited);
}
