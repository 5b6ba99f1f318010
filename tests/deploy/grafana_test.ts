import assert from "node:assert/strict";
import { parse } from "yaml";
import type { Database, Row } from "../../lib/db/driver/database.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { DASHBOARDS } from "../../tools/grafana/panels.ts";
import { STALENESS_SQL, WEARERS_SQL } from "../../tools/grafana/queries.ts";
import { grafanaFiles } from "../../tools/grafana/write.ts";
import { withPostgres } from "../support/server_database.ts";
import { WEARER, withPageWorld } from "../support/page_world.ts";
import { PROJECT } from "./support.ts";

const FROM = "'2026-08-01T00:00:00Z'";
const TO = "'2026-11-26T00:00:00Z'";

/** What Grafana makes of the macros of a query. */
function expanded(sql: string): string {
  return sql.replaceAll("$wearer", WEARER)
    .replaceAll("$__timeFrom()", FROM).replaceAll("$__timeTo()", TO)
    .replaceAll(/\$__timeFilter\(([^)]+)\)/g, `$1 BETWEEN ${FROM} AND ${TO}`)
    .replaceAll(
      /\$__timeGroup\(([^,]+), \$__interval\)/g,
      "to_timestamp(floor(extract(epoch FROM $1) / 3600) * 3600)",
    );
}

Deno.test("the files of Grafana are what panels.ts says", async () => {
  for (const [path, text] of grafanaFiles()) {
    const stored = await Deno.readTextFile(new URL(`deploy/grafana/${path}`, PROJECT));
    assert.equal(stored, text, `${path}: run deno task grafana:write`);
  }
});

Deno.test("provisioning names the data source, the folder of dashboards and the alert", async () => {
  const read = async (path: string) =>
    parse(await Deno.readTextFile(new URL(`deploy/grafana/provisioning/${path}`, PROJECT)));
  const { datasources: [source] } = await read("datasources/oura.yaml");
  assert.equal(source.uid, "oura");
  assert.equal(source.user, "${OURA_READER}");
  const { providers: [provider] } = await read("dashboards/oura.yaml");
  const compose = parse(await Deno.readTextFile(new URL("deploy/compose.yaml", PROJECT)));
  const { grafana } = compose.services;
  assert.ok(grafana.volumes.some((one: string) => one.includes(`:${provider.options.path}:ro`)));
  for (const name of ["OURA_DB_HOST", "OURA_READER", "OURA_READER_PASSWORD"]) {
    assert.ok(name in grafana.environment, name);
  }
});

Deno.test("every panel's query runs as a role that may only read, and finds something", async () => {
  await withPostgres("oura", async (db, url) => {
    await migrate(db);
    await withPageWorld(db, { days: 40, heartDays: 5 }, async () => {
      const role = `reader_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
      await db.exec(await readerSql(role));
      const address = new URL(url);
      [address.username, address.password] = [role, "reader"];
      const reader = await openPostgres({ kind: "url", url: address.href }, { schema: "oura" });
      try {
        await assert.rejects(reader.query("SELECT 1 FROM oura.oauth_tokens"), /permission denied/);
        assert.deepEqual(await rowsOf(reader, WEARERS_SQL), [{ user_id: WEARER }]);
        assert.equal((await rowsOf(reader, STALENESS_SQL)).length, 1);
        for (const { uid, panels } of DASHBOARDS) {
          for (const { title, sql, kind } of panels) {
            const rows = await rowsOf(reader, sql);
            const name = `${uid}: ${title}`;
            // The demo's forty days hold one change of the algorithm or none.
            if (!/Changes of the staging/.test(title)) assert.ok(rows.length > 0, name);
            if (kind === "timeseries") {
              assert.ok(rows.every(({ time }) => time instanceof Date), `${name} has times`);
              assert.ok(
                rows.some((row) => Object.values(row).some((v) => Number.isFinite(Number(v)))),
              );
            }
          }
        }
      } finally {
        await reader.close();
        await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      }
    });
  });
});

async function rowsOf(db: Database, sql: string): Promise<Row[]> {
  return (await db.query(expanded(sql))).rows;
}

/** The file as psql would run it, with a name of its own on a server that tests share. */
async function readerSql(role: string): Promise<string> {
  const text = await Deno.readTextFile(new URL("deploy/grafana/reader.sql", PROJECT));
  return text.replaceAll("oura_reader", role).replaceAll(":'reader_password'", "'reader'");
}
