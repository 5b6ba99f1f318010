/** Pages that begin somewhere else: with the tables of another program, or in a container. */
import type { Tour } from "./tour.ts";
import type { World } from "./world.ts";

/** Tables of the Python program that are enough to see them all taken over. */
const OLD_TABLES = ["personal_info", "daily_sleep", "sleep", "heart_rate"];

/** The tour of docs/migrate-from-python.md; the first wearer's documents were loaded before. */
export const MIGRATION: Tour = {
  path: "docs/migrate-from-python.md",
  begin: makeOldTables,
  after: {
    "deno task init": /tables are ready/,
    "deno task replay": /^daily_sleep +[1-9]/m,
    "deno task sync": /^daily_sleep +done +0 +0 +[1-9]/m,
  },
};

/** The old program had its tables in `public`, and wearers of the person's own naming. */
async function makeOldTables(world: World): Promise<void> {
  await world.inServer([
    ...OLD_TABLES.map((name) =>
      `CREATE TABLE public.${name} AS
      SELECT coalesce(raw_data ->> 'id', id::text) AS id, 'me'::text AS user_id, raw_data::json
      FROM oura.${name} WHERE user_id = '${world.wearers[0]}' AND deleted_at IS NULL`
    ),
    "DROP SCHEMA oura CASCADE",
  ], "oura");
  await world.startOver();
  await world.edit(".env", (text) => `${text}DATABASE_URL=${world.databaseUrl}\n`);
}

/** The tour of docs/containers.md, without a container. */
export const CONTAINERS: Tour = {
  path: "docs/containers.md",
  async begin(world) {
    await world.startOver();
    await Deno.remove(`${world.clone}/.env`);
    await Deno.mkdir(`${world.home}/containers`);
  },
  after: {
    "docker compose --env-file .env --file deploy/compose.yaml run": /^Signed in as wearer /,
  },
  // What the compose file gives the container, and where its Oura is.
  place: ({ home, oura, databaseUrl }) => ({
    directory: `${home}/containers`,
    env: {
      DATABASE_URL: databaseUrl,
      ...Object.fromEntries(oura.env.matchAll(/^(\w+_URL)=(.*)$/gm).map(([, ...pair]) => pair)),
    },
  }),
};
