/** PostgreSQL's `interval` output, in ISO 8601. */

/** Units of the styles `postgres` and `postgres_verbose`, as the date part of ISO 8601. */
const DATE_UNITS: Readonly<Record<string, string>> = {
  year: "Y",
  years: "Y",
  mon: "M",
  mons: "M",
  day: "D",
  days: "D",
};

/**
 * Turns the default output style (`1 year 2 mons -3 days 04:05:06.5`) into ISO 8601
 * (`P1Y2M-3DT4H5M6.5S`), with the spelling PostgreSQL itself uses for `intervalstyle = iso_8601`.
 * Done here because a session setting would not survive PgBouncer in transaction mode. Text that
 * already is ISO 8601, or in a style the server's owner chose, is returned as it is.
 */
export function isoInterval(text: string): string {
  let date = "";
  let time = "";
  const words = text.split(" ");
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const clock = /^([+-]?)(\d+):(\d\d):(\d\d)(\.\d+)?$/.exec(word);
    if (clock) {
      time = isoTime(clock);
      continue;
    }
    const unit = DATE_UNITS[words[index + 1] ?? ""];
    if (!/^[+-]?\d+$/.test(word) || unit === undefined) return text;
    date += `${Number(word)}${unit}`;
    index++;
  }
  if (date === "" && time === "") return "PT0S";
  return `P${date}${time === "" ? "" : `T${time}`}`;
}

function isoTime(clock: RegExpExecArray): string {
  const sign = clock[1] === "-" ? "-" : "";
  const fraction = (clock[5] ?? "").replace(/0+$/, "").replace(/^\.$/, "");
  const parts: [string, string][] = [
    [String(Number(clock[2])), "H"],
    [String(Number(clock[3])), "M"],
    [`${Number(clock[4])}${fraction}`, "S"],
  ];
  return parts.filter(([number]) => number !== "0").map(([number, unit]) => sign + number + unit)
    .join("");
}
