/** Writes into the embedded database of the directory given until it is refused; prints the code. */
import { openPglite } from "../../../lib/db/driver/pglite/open_pglite.ts";
import { DatabaseError } from "../../../lib/errors.ts";

const db = await openPglite({ directory: Deno.args[0]!, schema: "oura" });
const codes: string[] = [];
for (let round = 0; round < 100 && codes.length < 2; round++) {
  try {
    await db.transaction((tx) =>
      tx.query("INSERT INTO filled SELECT repeat('x', 900) FROM generate_series(1, 1000)")
    );
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    codes.push(error.code);
  }
}
await db.close();
await Deno.stdout.write(new TextEncoder().encode(codes.join(" ")));
