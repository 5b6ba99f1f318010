/** Opens the embedded database in the directory given, says so, and holds it until stdin ends. */
import { openDatabase } from "../../../lib/db/driver/open.ts";
import { messageOf } from "../../../lib/errors.ts";

const write = (text: string) => Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
try {
  const db = await openDatabase({ kind: "embedded", directory: Deno.args[0]! }, { schema: "oura" });
  await write("open");
  for await (const _ of Deno.stdin.readable);
  await db.close();
} catch (error) {
  await write(messageOf(error));
}
