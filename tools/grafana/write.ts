/**
 * Writes the dashboards and the alert of `deploy/grafana` from `panels.ts`.
 *
 * Usage: deno task grafana:write
 */
import { DASHBOARDS } from "./panels.ts";
import type { Dashboard, Panel } from "./parts.ts";
import { STALENESS_SQL, WEARERS_SQL } from "./queries.ts";

const SOURCE = { type: "grafana-postgresql-datasource", uid: "oura" };
const HEIGHT = 8;

/** Every file by its path below `deploy/grafana`. */
export function grafanaFiles(): Map<string, string> {
  const files = new Map(
    DASHBOARDS.map((one) => [`dashboards/${one.uid}.json`, json(dashboardJson(one))]),
  );
  files.set("provisioning/alerting/staleness.json", json(alertJson()));
  return files;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function dashboardJson({ uid, title, from, panels }: Dashboard) {
  return {
    uid,
    title,
    tags: ["oura"],
    timezone: "utc",
    editable: true,
    schemaVersion: 39,
    time: { from, to: "now" },
    templating: {
      list: [{
        name: "wearer",
        label: "Wearer",
        type: "query",
        datasource: SOURCE,
        query: WEARERS_SQL,
        refresh: 1,
        sort: 1,
      }],
    },
    links: [{
      type: "dashboards",
      tags: ["oura"],
      title: "Oura",
      asDropdown: true,
      keepTime: true,
    }],
    panels: placed(panels).map(({ panel, x, y }, i) => panelJson(panel, i + 1, x, y)),
  };
}

/** Side by side while there is room, then in the next row. */
function placed(panels: readonly Panel[]) {
  let [x, y] = [0, 0];
  return panels.map((panel) => {
    const width = panel.width ?? 12;
    if (x + width > 24) [x, y] = [0, y + HEIGHT];
    const place = { panel, x, y };
    x += width;
    return place;
  });
}

function panelJson(panel: Panel, id: number, x: number, y: number) {
  const { title, kind, unit, width = 12, sql } = panel;
  const custom = kind === "timeseries"
    ? { drawStyle: "line", lineWidth: 2, showPoints: "auto", spanNulls: false }
    : {};
  return {
    id,
    title,
    type: kind,
    datasource: SOURCE,
    gridPos: { x, y, w: width, h: kind === "stat" ? 4 : HEIGHT },
    fieldConfig: { defaults: { unit: unit ?? "none", custom }, overrides: [] },
    targets: [{
      refId: "A",
      datasource: SOURCE,
      format: kind === "timeseries" ? "time_series" : "table",
      rawQuery: true,
      editorMode: "code",
      rawSql: sql,
    }],
  };
}

const STALE_HOURS = 36;

function alertJson() {
  const above = {
    refId: "B",
    datasourceUid: "__expr__",
    model: {
      refId: "B",
      type: "threshold",
      expression: "A",
      conditions: [{ evaluator: { type: "gt", params: [STALE_HOURS] } }],
    },
  };
  return {
    apiVersion: 1,
    groups: [{
      orgId: 1,
      name: "oura",
      folder: "Oura",
      interval: "15m",
      rules: [{
        uid: "oura-stale",
        title: "Oura data is stale",
        condition: "B",
        for: "30m",
        noDataState: "Alerting",
        execErrState: "Error",
        annotations: {
          summary: `No heart rate for more than ${STALE_HOURS} hours`,
          description: "Open the Oura app near the ring; then look at `oura-sync status`.",
        },
        data: [
          {
            refId: "A",
            datasourceUid: "oura",
            relativeTimeRange: { from: 600, to: 0 },
            model: { refId: "A", rawQuery: true, format: "table", rawSql: STALENESS_SQL },
          },
          above,
        ],
      }],
    }],
  };
}

if (import.meta.main) {
  const root = new URL("../../deploy/grafana/", import.meta.url);
  for (const [path, text] of grafanaFiles()) await Deno.writeTextFile(new URL(path, root), text);
}
