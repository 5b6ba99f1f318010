/** The highlights of a wearer as lines for people. */
import type { Highlights, Night } from "../../reports/highlights.ts";
import { textTable } from "../_cli/output.ts";

/** Last night in one line, and a table of the weeks. */
export function highlightsText({ night, weeks }: Highlights): string {
  const parts: string[] = [];
  if (night) parts.push(nightText(night));
  if (weeks.length > 0) {
    parts.push(textTable(
      ["", "sleep score", "readiness score", "steps a day"],
      weeks.map((week) => [week.week, week.sleep_score, week.readiness_score, week.steps]),
      ["left", "right", "right", "right"],
    ));
  }
  return parts.join("\n\n");
}

function nightText(night: Night): string {
  return [
    `Last night (${night.day}): ${hours(night.total_sleep_duration)} asleep`,
    `${clock(night.fell_asleep)} to ${clock(night.woke_up)}`,
    `${hours(night.deep_sleep_duration)} deep, ${hours(night.rem_sleep_duration)} REM`,
    `HRV ${night.average_hrv ?? "–"} ms, lowest heart rate ${night.lowest_heart_rate ?? "–"} bpm`,
  ].join(" · ");
}

function hours(seconds: number | null): string {
  if (seconds === null) return "–";
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** The time of day in a timestamp without zone. */
function clock(timestamp: string): string {
  return timestamp.slice(11, 16);
}
