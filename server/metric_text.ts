/** Prometheus' text format. */

/** A value with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric. */
export interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
}

/** The text of metrics: each family with its samples. */
export function metricText<Name extends string>(
  families: Readonly<Record<Name, Family>>,
  samples: Readonly<Record<Name, readonly Sample[]>>,
): string {
  const lines: string[] = [];
  for (const [key, { name, type, help }] of Object.entries<Family>(families)) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { labels, value } of samples[key as Name]) {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
      lines.push(`${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
