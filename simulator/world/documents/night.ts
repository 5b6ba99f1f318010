/** What the ring measures in one sleep: phases, heart and movement, and the sums made of them. */
import { clamp, Random, round } from "../random.ts";
import type { Span } from "../physiology.ts";
import { MINUTE, SECOND } from "../zones.ts";

const EPOCH = 30 * SECOND;
const DEEP = 1, LIGHT = 2, REM = 3, AWAKE = 4;
const CYCLE_EPOCHS = 180;

/** What shapes a sleep. */
export interface SleepTraits {
  readonly seed: number;
  /** 0 to 1. */
  readonly quality: number;
  readonly restingHeartRate: number;
  readonly hrv: number;
  /** Factor on the deep sleep that the staging algorithm finds. @default 1 */
  readonly depth?: number;
}

/** The measurements of a sleep up to some moment. */
export interface Measured {
  readonly phases30s: string;
  readonly phases5min: string;
  readonly movement30s: string;
  readonly heartRate: readonly (number | null)[];
  readonly hrv: readonly (number | null)[];
  /** Seconds. */
  readonly inBed: number;
  readonly asleep: number;
  readonly deep: number;
  readonly light: number;
  readonly rem: number;
  readonly awake: number;
  readonly latency: number;
  readonly restless: number;
  /** Percent. */
  readonly efficiency: number;
}

/**
 * Measures a sleep from its start until `until`. What is measured first does not depend on how long
 * the sleep continues, so a sleep in progress only grows.
 */
export function measure(span: Span, until: number, traits: SleepTraits): Measured {
  const random = new Random(traits.seed);
  const epochs = Math.max(1, Math.floor((Math.min(until, span.end) - span.start) / EPOCH));
  const whole = Math.max(1, Math.floor((span.end - span.start) / EPOCH));
  const latencyEpochs = Math.round(8 + (1 - traits.quality) * 50 * random.next());
  const depthOfNight = 0.55 + traits.quality * 0.6 + random.between(-0.15, 0.15);
  const wakefulness = 0.004 + (1 - traits.quality) * 0.02;
  const counts = [0, 0, 0, 0, 0];
  const heartRate: (number | null)[] = [];
  const hrv: (number | null)[] = [];
  let phases30s = "", phases5min = "", movement30s = "";
  let awakeLeft = latencyEpochs;
  let restless = 0;
  let fiveMinutes = [0, 0, 0, 0, 0];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const draw = random.next();
    const stir = random.next();
    if (awakeLeft === 0 && draw < wakefulness) awakeLeft = 2 + Math.floor(stir * 10);
    const phase = awakeLeft > 0 ? AWAKE : phaseAt(epoch, whole, depthOfNight, traits.depth ?? 1);
    if (awakeLeft > 0) awakeLeft--;
    counts[phase]!++;
    fiveMinutes[phase]!++;
    phases30s += phase;
    const moves = phase === AWAKE ? (stir < 0.4 ? 3 : 2) : stir < 0.04 ? 2 : 1;
    if (moves > 1 && phase !== AWAKE) restless++;
    movement30s += moves === 3 && stir < 0.08 ? 4 : moves;
    if (epoch % 10 === 9) {
      phases5min += dominant(fiveMinutes);
      fiveMinutes = [0, 0, 0, 0, 0];
      const depth = Math.sin(Math.PI * Math.min(1, (epoch + 40) / whole));
      const lost = draw > 0.96;
      const beat = traits.restingHeartRate + 7 - depth * 6 + (phase === REM ? 2 : 0) + stir * 3;
      heartRate.push(lost ? null : round(beat, 1));
      hrv.push(
        lost ? null : Math.round(clamp(traits.hrv * (0.8 + depth * 0.3 + stir * 0.2), 5, 220)),
      );
    }
  }
  const asleep = counts[DEEP]! + counts[LIGHT]! + counts[REM]!;
  return {
    phases30s,
    phases5min,
    movement30s,
    heartRate,
    hrv,
    inBed: epochs * 30,
    asleep: asleep * 30,
    deep: counts[DEEP]! * 30,
    light: counts[LIGHT]! * 30,
    rem: counts[REM]! * 30,
    awake: counts[AWAKE]! * 30,
    latency: Math.min(latencyEpochs, epochs) * 30,
    restless,
    efficiency: clamp(Math.round(asleep / epochs * 100), 1, 100),
  };
}

/** Ninety-minute cycles: deep sleep early in the night, REM late; poor nights have less of both. */
function phaseAt(epoch: number, whole: number, depth: number, staging: number): number {
  const position = (epoch % CYCLE_EPOCHS) / CYCLE_EPOCHS;
  const progress = epoch / whole;
  if (position > 0.15 && position < 0.15 + 0.36 * depth * staging * (1 - progress)) return DEEP;
  if (position > 0.97 - 0.44 * depth * progress) return REM;
  return LIGHT;
}

function dominant(counts: readonly number[]): number {
  let best = LIGHT;
  for (const phase of [DEEP, LIGHT, REM, AWAKE]) if (counts[phase]! > counts[best]!) best = phase;
  return best;
}

/** The mean of what was measured; null where nothing was. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** A sleep's samples as Oura sends them: one item each five minutes. */
export function samples(items: readonly (number | null)[], timestamp: string): object {
  return { interval: 5 * MINUTE / SECOND, items, timestamp };
}
