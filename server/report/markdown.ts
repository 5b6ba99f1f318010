/** The report as Markdown: the same figures in tables, without pictures. */
import type { Period } from "../../reports/views/period.ts";
import { formats } from "../dashboard/assets/format.js";

/** Writes the report. @param locale As for the page. */
export function reportMarkdown(period: Period, locale?: string): string {
  const fmt = formats(locale);
  const { span, sections, notable, tags, workouts, coverage, days } = period;
  const lines = [
    `# Sleep and health, ${fmt.fullDay(span.from)} to ${fmt.fullDay(span.to)}`,
    "",
    `${days.length} days of an Oura ring, held against the ${days.length} days before. ` +
    `Made on ${fmt.fullDay(period.madeAt.slice(0, 10))} by oura-sync. It holds no diagnosis.`,
  ];
  if (sections.length === 0) lines.push("", "There is no data in this span.");
  if (notable.length > 0) {
    lines.push("", "## What changed", "");
    for (const { metric, change } of notable) {
      const interval = `${fmt.change(metric, change.interval.low)} to ${
        fmt.change(metric, change.interval.high)
      }`;
      lines.push(`- ${cell(metric.name)}: ${fmt.change(metric, change.difference)} (${interval})`);
    }
  }
  for (const { title, method, figures } of sections) {
    lines.push("", `## ${title}`, "", method, "");
    lines.push(
      "| figure | median | middle 70 % | before | days |",
      "| --- | --: | --: | --: | --: |",
    );
    for (const { metric, summary, before } of figures) {
      const value = (one: number | null) => one === null ? "–" : fmt.full(metric, one);
      const { usual } = summary;
      const range = usual
        ? `${fmt.plain(metric, usual.low)} to ${fmt.plain(metric, usual.high)}`
        : "–";
      lines.push(
        `| ${cell(metric.name)} | ${value(summary.median)} | ${range} | ${
          value(before.median)
        } | ` +
          `${summary.count} |`,
      );
    }
  }
  lines.push("", "## Circumstances", "");
  lines.push(`- Workouts: ${workouts.count}, ${fmt.duration(workouts.minutes * 60)} in all`);
  for (const { tag, days } of tags) lines.push(`- Tag ${cell(tag)}: ${days} days`);
  for (const { day, from, to } of period.algorithm) {
    lines.push(`- Staging algorithm changed from ${from} to ${to} on ${fmt.fullDay(day)}`);
  }
  if (coverage !== null) {
    lines.push("", "## Completeness", "", `| type | days of ${days.length} |`, "| --- | --: |");
    for (const { dataType, present } of coverage) lines.push(`| ${dataType} | ${present} |`);
  }
  return `${lines.join("\n")}\n`;
}

/** Text that breaks neither a table nor the page around it. */
function cell(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, (character) => `\\${character}`).replaceAll(
    /\s+/g,
    " ",
  );
}
