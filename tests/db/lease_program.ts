/** A process that takes a lease and says what it got: `url schema wearer types ttl holder`. */
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";

const [url, schema, types, ttl, holder] = Deno.args;
const db = await openPostgres({ kind: "url", url: url! }, { schema: schema! });
const leases = await acquireLeases(db, "w", types!.split(","), {
  holder: holder!,
  ttlSeconds: Number(ttl),
});
const got = { held: [...leases.held], busy: leases.busy.map(({ dataType }) => dataType) };
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(got)}\n`));
// Holds on until it is killed, or told to end by the end of its input.
for await (const _ of Deno.stdin.readable);
await leases[Symbol.asyncDispose]();
await db.close();
