/**
 * Holds the simulator's documents against an OpenAPI export of Oura:
 *
 *     deno run --allow-read tools/contract/simulator.ts openapi-1.41.json
 *
 * Exit codes: 0 all conform but for the deviations known of the real service, 1 some do not.
 */
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { checkDocument } from "./check_document.ts";
import { type OpenApi, parseExport } from "./openapi.ts";
import { createWorld, isTypeName, truth } from "../../simulator/mod.ts";

/** Where Oura itself leaves its export, as other clients' recordings show. */
const KNOWN: Readonly<Record<string, readonly RegExp[]>> = {
  // Asleep: the end is not known yet.
  sleep: [/^bedtime_end\b/],
  // Rows of live measurement carry the batch's time instead of their own.
  heart_rate: [/^timestamp_unix\b/, /^producer_timestamp\b/],
  // Before 2025.
  daily_cardiovascular_age: [/^id\b/],
};

/** Every kind of mistake in the documents of three wearers over more than a year, with its number. */
export function contractMistakes(spec: OpenApi): Map<string, number> {
  // A night in Europe, morning in the Pacific: some sleep is in progress.
  const world = createWorld({ seed: 1, users: 3, days: 420, now: "2026-03-15T03:20:00Z" });
  const mistakes = new Map<string, number>();
  for (const dataType of CATALOG) {
    const type = dataType.name;
    if (!isTypeName(type)) continue;
    const from = dataType.window === "datetime" ? "2026-03-01" : "2020-01-01";
    for (const { id: user } of world.wearers) {
      for (const { body } of truth(world, { user, type, from, to: "2030-01-01" })) {
        for (const mistake of checkDocument(spec, dataType, body)) {
          if (KNOWN[type]?.some((known) => known.test(mistake))) continue;
          const line = `${type}.${mistake}`;
          mistakes.set(line, (mistakes.get(line) ?? 0) + 1);
        }
      }
    }
  }
  return mistakes;
}

if (import.meta.main) {
  const [path = "openapi-1.41.json"] = Deno.args;
  const mistakes = contractMistakes(parseExport(await Deno.readTextFile(path)));
  const lines = [...mistakes].map(([mistake, count]) => `${mistake} (${count} times)`);
  const text = lines.length === 0 ? "all simulated documents conform" : lines.join("\n");
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
  Deno.exitCode = lines.length === 0 ? 0 : 1;
}
