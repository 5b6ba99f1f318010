/** A process that syncs one wearer under a small budget: `databaseUrl environment userId size`. */
import { loadSettings } from "../../config/environment/settings.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { syncHere } from "./support.ts";

const [url, environment, userId, size] = Deno.args;
const db = await openPostgres({ kind: "url", url: url! }, { schema: "oura" });
const settings = loadSettings(JSON.parse(environment!));
const [report] = await syncHere(settings, db, {
  wearers: { userId: userId! },
  budget: JSON.parse(size!),
  concurrency: 8,
});
await Deno.stdout.write(new TextEncoder().encode(`{"exitCode":${report!.exitCode}}\n`));
await db.close();
