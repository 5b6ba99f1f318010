/** The section `webhooks`: which of the declared data types Oura announces. */
import { type DataType, WEBHOOK_EVENT_TYPES } from "../lib/oura/catalog/data_type.ts";
import { CATALOG, findDataType } from "../lib/oura/catalog/index.ts";
import type { Webhooks } from "./model.ts";
import type { Declaration } from "./yaml/grammar.ts";
import { quote, type Report } from "./yaml/problem.ts";
import { didYouMean } from "./yaml/suggest.ts";

/** The data types that Oura has events of, and whose documents can be fetched one by one. */
const ANNOUNCED_TYPES: readonly string[] = CATALOG.filter(isAnnounced).map(({ name }) => name);

/** Compiles the section and reports what is wrong in it. Null without the section. */
export function compileWebhooks(declaration: Declaration, report: Report): Webhooks | null {
  const { webhooks, data_types } = declaration;
  if (!webhooks) return null;
  const declared = Object.keys(data_types);
  const { types = "all" } = webhooks;
  const wanted = types === "all"
    ? ANNOUNCED_TYPES.filter((name) => declared.includes(name))
    : types;
  if (wanted.length === 0) {
    report(["webhooks", "types"], "Oura has events of none of the declared data types");
  }
  if (types !== "all") {
    for (const [index, name] of types.entries()) {
      const problem = problemOf(name, declared) ??
        (types.indexOf(name) < index ? `${quote(name)} is there twice` : null);
      if (problem !== null) report(["webhooks", "types", String(index)], problem);
    }
  }
  return {
    url: webhooks.url.replace(/\/+$/, ""),
    types: wanted,
    events: WEBHOOK_EVENT_TYPES.filter((event) => webhooks.events?.includes(event) ?? true),
  };
}

function problemOf(name: string, declared: readonly string[]): string | null {
  const dataType = findDataType(name);
  if (dataType && !isAnnounced(dataType)) {
    return `Oura sends no events of ${name}: it is polled; leave it out`;
  }
  if (!declared.includes(name)) {
    const isKnown = dataType !== undefined;
    const hint = isKnown ? "; declare it, or leave it out" : didYouMean(name, ANNOUNCED_TYPES);
    return `${quote(name)} is not in data_types${hint}`;
  }
  if (dataType) return null;
  return `the catalog knows no route for single documents of ${name}: it is polled; leave it out`;
}

function isAnnounced({ webhook, singleDocument }: DataType): boolean {
  return webhook !== null && singleDocument;
}
