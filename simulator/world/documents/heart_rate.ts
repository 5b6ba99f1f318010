/**
 * Heart rate of a local day: a sample each five minutes or so, five-second clusters in workouts and
 * walks, 1,100 to 1,230 rows in all. Arrives with the phone's syncs, some stretches days late.
 */
import { Cache } from "../cache.ts";
import { SETTLED_AFTER } from "../document.ts";
import { type Day, dayOf, type Span } from "../physiology.ts";
import { mix, Random } from "../random.ts";
import { NO_ROWS, type Rows, utcText } from "../rows.ts";
import type { Wearer } from "../wearer.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../zones.ts";

const LEAST_ROWS = 1_100;
const MOST_ROWS = 1_230;
const CLUSTER_STEP = 5 * SECOND;
const BLOCK = 6 * HOUR;
const SOURCES = ["awake", "rest", "sleep", "workout", "live"] as const;
const AWAKE = 0, REST = 1, SLEEP = 2, WORKOUT = 3, LIVE = 4;
const LIVE_FIELD_SINCE = Date.UTC(2026, 0, 1);

const settled = new Cache<string, Rows>(24);

/** The rows of a wearer's local day that have arrived by `now`. */
export function heartRateOfDay(wearer: Wearer, day: number, now: number): Rows {
  if (day < wearer.firstDay || wearer.startOf(day) > now || !dayOf(wearer, day).worn) {
    return NO_ROWS;
  }
  const done = now >= wearer.startOf(day + 1) + SETTLED_AFTER;
  // What a day looks like changes by the minute while rows arrive, so the clock is part of the name.
  const moment = done ? "settled" : Math.floor(now / MINUTE);
  return settled.get(`${day} ${wearer.cacheKey} ${moment}`, () => makeRows(wearer, day, now));
}

/** When the rows measured at an instant reach Oura. */
function arrivalOf(wearer: Wearer, day: number, instant: number): number {
  const block = Math.floor(instant / BLOCK);
  const random = new Random(mix(wearer.seed, block, 3));
  const late = random.chance(0.06) && day % 3 === 0;
  return late
    ? (block + 1) * BLOCK + random.int(20, 96) * HOUR
    : (Math.floor(instant / HOUR) + 1) * HOUR + random.int(2, 20) * MINUTE;
}

function makeRows(wearer: Wearer, day: number, now: number): Rows {
  const random = wearer.random(day, "heart rate");
  const start = wearer.startOf(day);
  const end = wearer.startOf(day + 1);
  const life = dayOf(wearer, day);
  const tonight = dayOf(wearer, day + 1);
  const asleep: Span[] = [life.night, tonight.night];
  const { times, codes } = drawTimes(random, life, asleep, start, end);
  const revised = random.chance(0.05) && now >= end + 2 * DAY;
  const kept: number[] = [];
  const json: string[] = [];
  const keys: number[] = [];
  let hourKnown = NaN;
  let arrived = true;
  for (let index = 0; index < times.length; index++) {
    const instant = times[index]!;
    const source = codes[index]!;
    const bpm = beat(random, life, source, instant, start, end) +
      (revised && index % 17 === 0 ? 1 : 0);
    const hour = Math.floor(instant / HOUR);
    if (hour !== hourKnown) {
      hourKnown = hour;
      arrived = arrivalOf(wearer, day, instant) <= now;
    }
    if (!arrived) continue;
    kept.push(instant);
    keys.push(source);
    json.push(rowJson(instant, bpm, source));
  }
  return {
    times: Float64Array.from(kept),
    json,
    key: (index) => `${utcText(kept[index]!)}|${SOURCES[keys[index]!]}`,
  };
}

function rowJson(instant: number, bpm: number, source: number): string {
  const text = utcText(instant);
  // Rows of live measurement name the batch they came in, and not their own unix time.
  const unix = source === LIVE && instant >= LIVE_FIELD_SINCE
    ? `"producer_timestamp":${Math.floor(instant / HOUR) * HOUR}`
    : `"timestamp_unix":${instant}`;
  return `{"timestamp":"${text}",${unix},"bpm":${bpm},"source":"${SOURCES[source]}"}`;
}

/** When it is measured and from what: a grid of five minutes with clusters laid over it. */
function drawTimes(
  random: Random,
  life: Day,
  asleep: readonly Span[],
  start: number,
  end: number,
): { times: number[]; codes: number[] } {
  const target = Math.round(random.int(LEAST_ROWS, MOST_ROWS) * (end - start) / DAY);
  const clusters = drawClusters(random, life, asleep, start, end, target);
  const times: number[] = [];
  const codes: number[] = [];
  let next = 0;
  const addClustersBefore = (limit: number) => {
    for (
      let cluster = clusters[next];
      cluster && cluster.start < limit;
      cluster = clusters[++next]
    ) {
      const from = Math.max(cluster.start, (times.at(-1) ?? 0) + SECOND);
      for (let at = from; at < cluster.end; at += CLUSTER_STEP) {
        times.push(at);
        codes.push(cluster.source);
        if (cluster.source === WORKOUT && at === from) {
          // The two detectors overlap where a workout begins: one instant, two sources.
          times.push(at);
          codes.push(AWAKE);
        }
      }
    }
  };
  for (let grid = start; grid < end; grid += 5 * MINUTE) {
    const at = grid + random.int(0, 59) * SECOND;
    const draw = random.next();
    addClustersBefore(at);
    if (at >= end || at <= (times.at(-1) ?? 0)) continue;
    const sleeping = asleep.some((span) => at >= span.start && at < span.end);
    times.push(at);
    codes.push(sleeping ? (draw < 0.1 ? REST : SLEEP) : draw < 0.3 ? REST : AWAKE);
  }
  addClustersBefore(end);
  return { times, codes };
}

interface Cluster extends Span {
  readonly source: number;
}

/** Workouts, then walks until the day's number of rows is reached. */
function drawClusters(
  random: Random,
  life: Day,
  asleep: readonly Span[],
  start: number,
  end: number,
  target: number,
): Cluster[] {
  const clusters: Cluster[] = [];
  let missing = target - Math.floor((end - start) / (5 * MINUTE));
  for (const training of life.trainings) {
    if (training.start < start || training.end > end) continue;
    const span = {
      start: training.start,
      end: Math.min(training.end, training.start + 50 * MINUTE),
    };
    clusters.push({ ...span, source: WORKOUT });
    missing -= (span.end - span.start) / CLUSTER_STEP;
  }
  const from = Math.max(start, asleep[0]!.end);
  const to = Math.min(end, asleep[1]!.start);
  const walks = 9;
  const step = (to - from) / walks;
  for (let walk = 0; walk < walks && missing > 0 && step > 30 * MINUTE; walk++) {
    const share = Math.ceil(missing / (walks - walk));
    const at = Math.floor((from + walk * step + random.int(0, 8) * MINUTE) / SECOND) * SECOND;
    const span = { start: at, end: at + share * CLUSTER_STEP };
    if (clusters.some((one) => span.start < one.end && one.start < span.end)) continue;
    clusters.push({ ...span, source: walk === 4 ? LIVE : AWAKE });
    missing -= share;
  }
  return clusters.sort((a, b) => a.start - b.start);
}

function beat(
  random: Random,
  life: Day,
  source: number,
  instant: number,
  start: number,
  end: number,
): number {
  const noise = random.next();
  const base = life.restingHeartRate;
  const midday = Math.sin(Math.PI * (instant - start) / (end - start));
  switch (source) {
    case WORKOUT: {
      const training = life.trainings.find((one) => instant >= one.start && instant < one.end);
      const effort = training?.intensity === "hard" ? 95 : training?.intensity === "easy" ? 45 : 70;
      const warmUp = Math.min(1, (instant - (training?.start ?? instant)) / (6 * MINUTE));
      return Math.round(base + 25 + (effort - 25) * warmUp + noise * 12);
    }
    case SLEEP:
      return Math.round(base + noise * 8);
    case REST:
      return Math.round(base + 6 + noise * 9);
    default:
      return Math.round(base + 16 + midday * 10 + noise * 18);
  }
}
