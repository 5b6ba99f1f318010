/** Values as people read them, in the reader's own locale. */

const NBSP = "\u00a0";
const MINUS = "\u2212";

/**
 * @typedef {{ id: string, name: string, unit: string | null, kind: string, levels: readonly string[] | null,
 *   decimals: number, group: string, daily: string, meaning: string | null }} Metric
 */

/** @param {string} [locale] */
export function formats(locale) {
  const numbers = new Map();
  const dates = new Map();

  /** @param {number} value @param {number} decimals */
  function number(value, decimals = 0) {
    let format = numbers.get(decimals);
    if (!format) {
      format = new Intl.NumberFormat(locale, {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      numbers.set(decimals, format);
    }
    return format.format(Math.abs(value) < 0.5 / 10 ** decimals ? 0 : value).replace("-", MINUS);
  }

  /** @param {number} ms @param {Intl.DateTimeFormatOptions} options */
  function date(ms, options) {
    const key = JSON.stringify(options);
    let format = dates.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
      dates.set(key, format);
    }
    return format.format(ms);
  }

  /** Seconds as `6 h 08 min`. @param {number} seconds */
  function duration(seconds) {
    const minutes = Math.round(Math.abs(seconds) / 60);
    const sign = seconds < 0 && minutes > 0 ? MINUS : "";
    if (minutes < 60) return `${sign}${minutes}${NBSP}min`;
    const rest = String(minutes % 60).padStart(2, "0");
    return `${sign}${Math.floor(minutes / 60)}${NBSP}h${NBSP}${rest}${NBSP}min`;
  }

  /** How long a program ran: `4.2 s`, from two minutes on `6 min`. @param {number} ms */
  function elapsed(ms) {
    return ms < 120_000 ? `${number(ms / 1000, 1)}${NBSP}s` : duration(ms / 1000);
  }

  /** Hours from midnight as a time of day. @param {number} hours */
  function clock(hours) {
    const minutes = Math.round((((hours % 24) + 24) % 24) * 60) % 1440;
    return date(minutes * 60_000, { hour: "2-digit", minute: "2-digit" });
  }

  /** A value without its unit. @param {Metric} metric @param {number} value */
  function plain(metric, value) {
    switch (metric.kind) {
      case "duration":
        return duration(value);
      case "clock":
        return clock(value);
      case "distance":
        return number(value / 1000, 1);
      case "flag":
        return value >= 0.5 ? "yes" : "no";
      case "level":
        return metric.levels?.[Math.round(value) - 1] ?? number(value, 1);
      default: {
        const text = number(value, metric.decimals);
        return isDeviation(metric) && value > 0 ? `+${text}` : text;
      }
    }
  }

  /** The unit after a plain value. @param {Metric} metric */
  function unit(metric) {
    if (metric.kind === "distance") return "km";
    if (["duration", "clock", "flag", "level", "score"].includes(metric.kind)) return "";
    return metric.unit ?? "";
  }

  /** A value with its unit. @param {Metric} metric @param {number} value */
  function full(metric, value) {
    const after = unit(metric);
    return after === "" ? plain(metric, value) : `${plain(metric, value)}${NBSP}${after}`;
  }

  /** How far a value is from another. @param {Metric} metric @param {number} value */
  function change(metric, value) {
    if (metric.kind === "clock" || metric.kind === "duration") {
      const seconds = metric.kind === "clock" ? value * 3600 : value;
      return `${seconds >= 30 ? "+" : ""}${duration(seconds)}`;
    }
    const scale = metric.kind === "distance" ? 1000 : 1;
    const decimals = metric.kind === "distance"
      ? 1
      : Math.max(metric.decimals, value % 1 && Math.abs(value) < 10 ? 1 : 0);
    const text = number(value / scale, decimals);
    const after = unit(metric);
    const plus = value > 0 && /[1-9]/.test(text) ? "+" : "";
    return `${plus}${text}${after === "" ? "" : `${NBSP}${after}`}`;
  }

  /** @param {Metric} metric @param {{ low: number, high: number } | null} usual */
  function usual(metric, range) {
    if (!range) return "usual range after 10 days";
    const [low, high] = [plain(metric, range.low), plain(metric, range.high)];
    return low === high ? `usual ${low}` : `usual ${low} to ${high}`;
  }

  const DAY = { day: "numeric", month: "short" };
  return {
    number,
    duration,
    elapsed,
    clock,
    plain,
    unit,
    full,
    change,
    usual,
    date,
    /** `25 Nov`. @param {string} day */
    day: (day) => date(Date.parse(day), DAY),
    /** `Wed 25 Nov 2026`. @param {string} day */
    longDay: (day) => date(Date.parse(day), { ...DAY, weekday: "short", year: "numeric" }),
    /** `25 Nov 2026`. @param {string} day */
    fullDay: (day) => date(Date.parse(day), { ...DAY, year: "numeric" }),
    /** `22:43` by the wearer's clock. @param {number} ms @param {number} offsetSeconds */
    time: (ms, offsetSeconds) =>
      date(ms + offsetSeconds * 1000, { hour: "2-digit", minute: "2-digit" }),
    /** `25 Nov, 22:43`. @param {number} ms @param {number} offsetSeconds */
    moment: (ms, offsetSeconds) =>
      date(ms + offsetSeconds * 1000, { ...DAY, hour: "2-digit", minute: "2-digit" }),
    /** `12 min ago`. @param {number} seconds */
    ago(seconds) {
      if (seconds < 90) return "just now";
      if (seconds < 5_400) return `${Math.round(seconds / 60)}${NBSP}min ago`;
      if (seconds < 129_600) return `${Math.round(seconds / 3600)}${NBSP}h ago`;
      return `${Math.round(seconds / 86_400)}${NBSP}days ago`;
    },
  };
}

/** Whether zero is the middle of a metric and not its floor. @param {Metric} metric */
export function isDeviation(metric) {
  return /deviation|delta|trend/.test(metric.id);
}

/** `UTC+1`. @param {number} seconds */
export function offsetName(seconds) {
  const size = Math.abs(seconds);
  const minutes = Math.round(size / 60) % 60;
  const tail = minutes === 0 ? "" : `:${String(minutes).padStart(2, "0")}`;
  return size === 0 ? "UTC" : `UTC${seconds < 0 ? MINUS : "+"}${Math.floor(size / 3600)}${tail}`;
}
