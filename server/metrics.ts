/** `/metrics` in Prometheus' text format. Names no wearer: by the label of a lab, or a short hash. */
import { createHash } from "node:crypto";
import { Hono } from "hono";
import { freshness } from "../reports/freshness/page_freshness.ts";
import { read, type Source } from "../reports/metrics/source.ts";
import { APP_FAMILIES, appSamples } from "./app_metrics.ts";
import { type Family, metricText, type Sample } from "./metric_text.ts";
import type { Data } from "./wearer_data.ts";

const FAMILIES = {
  age: {
    name: "oura_sync_data_age_seconds",
    type: "gauge",
    help: "Seconds since the newest data of a type; of types with days since that day ended.",
  },
  read: {
    name: "oura_sync_last_success_timestamp_seconds",
    type: "gauge",
    help: "When a type was last read completely, as unix time.",
  },
  runs: { name: "oura_sync_runs_total", type: "counter", help: "Runs by command and outcome." },
  requests: {
    name: "oura_sync_requests_total",
    type: "counter",
    help: "Requests to Oura by all recorded runs.",
  },
  rejects: {
    name: "oura_sync_rejects_open",
    type: "gauge",
    help: "Documents in quarantine by type.",
  },
  token: {
    name: "oura_sync_token_expiry_timestamp_seconds",
    type: "gauge",
    help: "When the access token expires, as unix time; sync renews it.",
  },
  signIn: {
    name: "oura_sync_sign_in_active",
    type: "gauge",
    help: "1 while the sign-in lives, 0 when the wearer must sign in again.",
  },
} as const satisfies Record<string, Family>;

type Samples = Record<keyof typeof FAMILIES, Sample[]>;

/** The route `/metrics`. */
export function metrics(data: Data): Hono {
  const app = new Hono();
  app.get("/metrics", async (c) => {
    const samples: Samples = {
      age: [],
      read: [],
      runs: [],
      requests: [],
      rejects: [],
      token: [],
      signIn: [],
    };
    const wearers = await data.wearers();
    for (const { userId, label } of wearers) {
      const wearer = label ?? wearerHash(userId);
      await data.read(userId, (source) => collect(source, wearer, samples));
    }
    const ofApp = wearers.length === 0
      ? ""
      : metricText(APP_FAMILIES, await data.readAll(appSamples));
    c.header("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return c.body(metricText(FAMILIES, samples) + ofApp);
  });
  return app;
}

/** Eight hexadecimal digits that tell wearers apart and name none. */
export function wearerHash(userId: string): string {
  return createHash("sha256").update(userId).digest("hex").slice(0, 8);
}

const DAY_SECONDS = 86_400;

async function collect(source: Source, wearer: string, samples: Samples): Promise<void> {
  const fresh = await freshness(source);
  const seconds = source.now.getTime() / 1000;
  for (const { dataType: type, fetchedAt, newest, openRejects } of fresh.types) {
    if (newest !== null) {
      const isDay = !newest.includes("T");
      const ended = Date.parse(newest) / 1000 + (isDay ? DAY_SECONDS - source.offsetSeconds : 0);
      samples.age.push({
        labels: { wearer, type },
        value: Math.max(0, Math.round(seconds - ended)),
      });
    }
    if (fetchedAt !== null) {
      samples.read.push({
        labels: { wearer, type },
        value: Math.round(fetchedAt.getTime() / 1000),
      });
    }
    samples.rejects.push({ labels: { wearer, type }, value: openRejects });
  }
  if (fresh.signIn) {
    const { expiresAt, state } = fresh.signIn;
    samples.token.push({ labels: { wearer }, value: Math.round(expiresAt.getTime() / 1000) });
    samples.signIn.push({ labels: { wearer }, value: state === "active" ? 1 : 0 });
  }
  const runs = await read<{ command: string; state: string; runs: number; requests: number }>(
    source,
    `SELECT command, state, count(*)::int AS runs, sum(requests)::double precision AS requests
    FROM oura.sync_runs WHERE user_id = $1 GROUP BY command, state ORDER BY command, state`,
  );
  for (const { command, state, runs: value } of runs) {
    samples.runs.push({ labels: { wearer, command, state }, value });
  }
  const requests = runs.reduce((sum, run) => sum + run.requests, 0);
  samples.requests.push({ labels: { wearer }, value: requests });
}
