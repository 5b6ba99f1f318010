/** Samples inside a document: stages, movement and measurements at a steady distance. */

/** Values at a steady distance. */
export interface Samples<T> {
  /** ISO instant of the first. */
  readonly start: string;
  /** Seconds between two. */
  readonly every: number;
  readonly values: readonly (T | null)[];
}

/** A stage of sleep. */
export type Stage = "deep" | "light" | "rem" | "awake";

/** The fields of a stored sleep that hold samples; any of them may be of another kind. */
export interface RawNight {
  sleep_phase_30_sec?: unknown;
  sleep_phase_5_min?: unknown;
  movement_30_sec?: unknown;
  heart_rate?: unknown;
  hrv?: unknown;
}

const STAGES: Readonly<Record<string, Stage>> = {
  "1": "deep",
  "2": "light",
  "3": "rem",
  "4": "awake",
};

/** The stages of a night, the finest there are. @param start When it began, as an ISO instant. */
export function stagesOf(raw: RawNight, start: string | null): Samples<Stage> | null {
  const fine = raw.sleep_phase_30_sec;
  const phases = typeof fine === "string" && fine !== "" ? fine : raw.sleep_phase_5_min;
  if (typeof phases !== "string" || phases === "" || start === null) return null;
  const values = Array.from(phases, (code) => STAGES[code] ?? null);
  return { start, every: phases === fine ? 30 : 300, values };
}

/** The movement of a night. */
export function movementOf(raw: RawNight, start: string | null): Samples<number> | null {
  const text = raw.movement_30_sec;
  if (typeof text !== "string" || text === "" || start === null) return null;
  return { start, every: 30, values: Array.from(text, (code) => Number(code) || null) };
}

/** Oura's `{interval, items, timestamp}`, where it is one. */
export function samplesOf(value: unknown): Samples<number> | null {
  if (typeof value !== "object" || value === null) return null;
  const { interval, items, timestamp } = value as Record<string, unknown>;
  if (typeof interval !== "number" || !Array.isArray(items)) return null;
  const at = typeof timestamp === "string" ? Date.parse(timestamp) : NaN;
  if (Number.isNaN(at)) return null;
  const values = items.map((item) => typeof item === "number" ? item : null);
  return values.every((item) => item === null)
    ? null
    : { start: new Date(at).toISOString(), every: interval, values };
}
