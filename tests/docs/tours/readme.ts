/** README.md: from a clone to data, a schedule and a column, mostly with the embedded database. */
import assert from "node:assert/strict";
import { SOAK } from "../../support/soak.ts";
import type { Tour } from "./tour.ts";
import type { World } from "./world.ts";

/** The tour of README.md. */
export const README: Tour = {
  path: "README.md",
  begin: (world) => world.startOver(),
  before: { "deno task plan": addColumn, "deno task sync --initial": moveToServer },
  after: {
    "npx -y deno@2.9.6 task demo": /rows in 19 tables/,
    "deno task init": /tables are ready/,
    "deno task auth login": /^Signed in as wearer wearer-1/,
    "deno task sync": /^wearer wearer-1: [\d ]+ inserted, 0 updated/m,
    "deno task query": /^day +score +total_sleep_score\n\d{4}-/,
    "deno task plan": /ADD COLUMN "sleep_efficiency" integer/,
    "deno task apply": isFilled,
    "deno task sync --all-users": moveBack,
  },
};

/** Puts the page's line of YAML where the page says. */
async function addColumn(world: World): Promise<void> {
  const line = /^ +(sleep_efficiency: \S+)/m.exec(await Deno.readTextFile("README.md"))![1]!;
  await world.edit("config/oura.yaml", (yaml) => {
    const edited = yaml.replace(/( {2}daily_sleep:[^]*?columns:\n)/, `$1      ${line}\n`);
    assert.notEqual(edited, yaml);
    return edited;
  });
}

async function isFilled(world: World): Promise<void> {
  const query =
    "select count(*) > 0 and count(*) = count(sleep_efficiency) as filled from oura.daily_sleep";
  const [typed] = await world.type([`deno task query --csv "${query}"`]);
  assert.match(typed!.out, /true/);
}

/** The options of `sync` are the same with every database, and a sync of the server costs a third. */
async function moveToServer(world: World): Promise<void> {
  if (SOAK) return;
  const { databaseUrl } = world;
  await world.inServer([`CREATE DATABASE ${world.databaseName}`]);
  await world.type([`deno task init --database-url ${databaseUrl}`, "deno task auth login"]);
}

/** The next page goes on from the embedded database. */
async function moveBack(world: World): Promise<void> {
  if (SOAK) return;
  await world.inServer([`DROP DATABASE ${world.databaseName}`]);
  await world.edit(".env", (text) => text.replaceAll(/^(DATABASE_URL|OURA_TOKEN_KEY)=.*\n/gm, ""));
}
