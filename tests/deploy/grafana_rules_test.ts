/**
 * Grafana's own rules for files it is given, as far as they can be checked without Grafana. It has
 * not been started with these files here. Sources: the JSON model of dashboards
 * (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/), and
 * how Grafana reads provisioning files (pkg/services/provisioning of github.com/grafana/grafana).
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { PROJECT } from "./support.ts";

const read = (path: string) => Deno.readTextFile(new URL(`deploy/grafana/${path}`, PROJECT));

/** Text of a directory's files by name. */
async function filesOf(directory: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(new URL(`deploy/grafana/${directory}`, PROJECT))) {
    files.set(name, await read(`${directory}/${name}`));
  }
  return files;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly gridPos: { x: number; y: number; w: number; h: number };
  readonly fieldConfig: { readonly defaults: { readonly unit: string } };
  readonly targets: readonly {
    readonly refId: string;
    readonly format: string;
    readonly rawSql: string;
    readonly datasource: Panel["datasource"];
  }[];
}

/** Panels that Grafana brings along. */
const KINDS = ["timeseries", "table", "stat", "barchart"];
/** Columns of its grid. */
const COLUMNS = 24;

Deno.test("dashboards keep to Grafana's model: ids, grid, data source, units", async () => {
  const { datasources: [source] } = parse(await read("provisioning/datasources/oura.yaml"));
  const uids = new Set<string>();
  const titles = new Set<string>();
  for (const [name, text] of await filesOf("dashboards")) {
    const board = JSON.parse(text);
    assert.match(board.uid, /^[\w-]{1,40}$/, name);
    assert.ok(!uids.has(board.uid) && !titles.has(board.title), `${name} is the only one`);
    uids.add(board.uid);
    titles.add(board.title);
    assert.ok(!("id" in board), `${name}: a database id belongs to one Grafana only`);
    assert.ok(Number.isInteger(board.schemaVersion));
    const variables = board.templating.list.map((one: { name: string }) => one.name);
    const panels: Panel[] = board.panels;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, `${name}: ids`);
    for (const { id, title, type, gridPos, datasource, fieldConfig, targets } of panels) {
      const where = `${name}: ${title}`;
      assert.ok(Number.isInteger(id) && id > 0 && KINDS.includes(type), where);
      const { x, y, w, h } = gridPos;
      assert.ok(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= COLUMNS, `${where} is on the grid`);
      // `suffix:` is Grafana's way to a unit it does not know; others are ids of its list.
      assert.match(fieldConfig.defaults.unit, /^(?:suffix:.+|none|s|ms|h|percent|celsius)$/, where);
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
      for (const target of targets) {
        for (const { uid, type } of [datasource, target.datasource]) {
          assert.deepEqual([uid, type], [source.uid, source.type], where);
        }
        const isSeries = type === "timeseries";
        assert.equal(target.format, isSeries ? "time_series" : "table", where);
        // Grafana takes a column of this name for the time.
        if (isSeries) assert.match(target.rawSql, /AS "time"/, where);
        for (const [, variable] of target.rawSql.matchAll(/\$(\w+)/g)) {
          assert.ok(
            variable!.startsWith("__") || variables.includes(variable),
            `${where} $${variable}`,
          );
        }
      }
    }
    for (const [i, { gridPos: a, title }] of panels.entries()) {
      for (const { gridPos: b, title: other } of panels.slice(i + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        assert.ok(apart, `${name}: ${title} and ${other} overlap`);
      }
    }
  }
});

/** `15m` in seconds. */
function seconds(duration: string): number {
  const match = /^(\d+)([smhd])$/.exec(duration);
  assert.ok(match, `${duration} is a duration`);
  return Number(match[1]) * { s: 1, m: 60, h: 3_600, d: 86_400 }[match[2] as "s"]!;
}

Deno.test("the alert is a provisioning file that Grafana accepts", async () => {
  const { datasources: [source] } = parse(await read("provisioning/datasources/oura.yaml"));
  for (const [name, text] of await filesOf("provisioning/alerting")) {
    // Files of another ending are passed over; those of JSON are read as YAML, too.
    assert.match(name, /\.(?:yaml|yml|json)$/);
    const { apiVersion, groups } = parse(text);
    assert.equal(apiVersion, 1);
    for (const { name: group, folder, interval, rules } of groups) {
      assert.ok(group !== "" && folder !== "");
      assert.equal(seconds(interval) % 10, 0, "the scheduler ticks every ten seconds");
      for (const rule of rules) {
        assert.match(rule.uid, /^[\w-]{1,40}$/);
        assert.ok(rule.title !== "" && seconds(rule.for) >= 0);
        assert.ok(["Alerting", "NoData", "OK", "KeepLast"].includes(rule.noDataState));
        assert.ok(["Alerting", "Error", "OK", "KeepLast"].includes(rule.execErrState));
        const ids = rule.data.map(({ refId }: { refId: string }) => refId);
        assert.equal(new Set(ids).size, ids.length);
        assert.ok(ids.includes(rule.condition), "the condition is one of the steps");
        for (const { refId, datasourceUid, relativeTimeRange, model } of rule.data) {
          assert.equal(model.refId, refId);
          if (datasourceUid === "__expr__") {
            assert.ok(ids.includes(model.expression), `${refId} reads another step`);
            continue;
          }
          assert.equal(datasourceUid, source.uid);
          assert.ok(
            relativeTimeRange.from > relativeTimeRange.to,
            "Grafana refuses an empty range",
          );
          // A dollar would be taken for a variable of Grafana's environment.
          assert.doesNotMatch(model.rawSql, /\$/);
        }
      }
    }
  }
});
