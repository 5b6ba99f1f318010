/** Migrates the database of the URL given as soon as stdin ends; says how many migrations it applied. */
import { migrate } from "../../../lib/db/migrate/migrate.ts";
import { openDatabase } from "../../../lib/db/driver/open.ts";

const db = await openDatabase({ kind: "url", url: Deno.args[0]! }, { schema: "oura" });
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
for await (const _ of Deno.stdin.readable);
const applied = await migrate(db);
await Deno.stdout.write(new TextEncoder().encode(`${applied.length}\n`));
await db.close();
