/**
 * Applies a configuration as a process of its own, to be killed or run twice at once. Prints one
 * line per batch, and one when it has to wait.
 *
 * Arguments: database URL, YAML of the data types, rows per batch.
 */
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { systemTerminal } from "../../commands/_cli/terminal.ts";
import { applyYaml } from "./support.ts";

const [url, types, batchRows] = Deno.args;
const db = await openPostgres({ kind: "url", url: url! }, { schema: "oura" });
try {
  const report = await applyYaml(db, types!, {
    batchRows: Number(batchRows),
    onWait: () => systemTerminal.out("waiting"),
    onRefill: ({ rows }) => systemTerminal.out(`batch ${rows}`),
  });
  systemTerminal.out(`applied ${report.applied.length}`);
} finally {
  await db.close();
}
