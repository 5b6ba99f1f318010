/** Samples as lines of `COPY … FROM STDIN`, in bytes. */
import type { ByteWriter } from "../../../lib/db/driver/text/byte_writer.ts";
import { copyField } from "../../../lib/db/driver/text/copy_text.ts";
import { valueColumns } from "../table.ts";
import type { PackedSamples } from "./packed_samples.ts";

/**
 * Writes the lines of some rows.
 * @param spans The rows to write.
 */
export function copyLines(
  lines: ByteWriter,
  userId: string,
  rows: PackedSamples,
  spans: readonly (readonly [from: number, to: number])[],
): void {
  const { table, documents } = rows;
  const columns = valueColumns(table).map(({ name, type }) => ({
    isInstant: name === "timestamp",
    isJson: type === "jsonb",
  }));
  const start = copyField(userId);
  for (const [from, to] of spans) {
    for (let row = from; row < to; row++) {
      lines.text(start);
      for (let column = 0; column < columns.length; column++) {
        lines.text("\t");
        const { isInstant, isJson } = columns[column]!;
        if (isInstant) writeInstant(lines, rows, row);
        else {
          const value = rows.value(row, column);
          // A JSON text or array would pass for an SQL one.
          lines.text(copyField(isJson && value !== null ? JSON.stringify(value) : value));
        }
      }
      if (table.keepRaw) {
        lines.text("\t");
        lines.copyEscaped(documents, rows.documentStart(row), rows.documentEnd(row));
      }
      lines.text("\n");
    }
  }
}

const DAY_MS = 86_400_000;
/** The day of the latest sample, up to its `T`: samples of one day come one after another. */
let latestDay = { day: NaN, text: "" };

function writeInstant(lines: ByteWriter, rows: PackedSamples, row: number): void {
  const at = rows.instant(row);
  if (Number.isNaN(at)) return lines.text(rows.instantText(row));
  const day = Math.floor(at / DAY_MS);
  if (day !== latestDay.day) {
    latestDay = { day, text: new Date(at).toISOString().slice(0, "2026-05-01T".length) };
  }
  const seconds = Math.floor((at - day * DAY_MS) / 1_000);
  const minutes = Math.floor(seconds / 60);
  lines.text(latestDay.text);
  lines.digits(Math.floor(minutes / 60), 2);
  lines.text(":");
  lines.digits(minutes % 60, 2);
  lines.text(":");
  lines.digits(seconds % 60, 2);
  lines.text(".");
  lines.digits(at - day * DAY_MS - seconds * 1_000, 3);
  lines.text("Z");
}
