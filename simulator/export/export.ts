/**
 * The account export of a wearer, from the same truth as the API: its files, their spelling and
 * their quirks. It knows nothing of the program that reads it.
 */
import { TextReader, ZipWriter } from "@zip.js/zip.js";
import { truth } from "../world/truth.ts";
import type { TypeName } from "../world/collections.ts";
import type { World } from "../world/world.ts";
import { csvLine, type Era, headerOf } from "./csv.ts";
import { onlyExported } from "./only_exported.ts";

/** What to export. */
export interface ExportOptions {
  readonly user: string;
  readonly era: Era;
}

type Document = Readonly<Record<string, unknown>>;

const FILES: Readonly<Partial<Record<TypeName, string>>> = {
  daily_activity: "dailyactivity",
  daily_cardiovascular_age: "dailycardiovascularage",
  daily_readiness: "dailyreadiness",
  daily_resilience: "dailyresilience",
  daily_sleep: "dailysleep",
  daily_spo2: "dailyspo2",
  daily_stress: "dailystress",
  enhanced_tag: "enhancedtag",
  heart_rate: "heartrate",
  rest_mode_period: "restmodeperiod",
  ring_battery_level: "ringbatterylevel",
  ring_configuration: "ringconfiguration",
  session: "session",
  sleep: "sleepmodel",
  sleep_time: "sleeptime",
  vo2_max: "vo2max",
  workout: "workout",
};

/** Fields of the API that the files lack. */
const LACKING: ReadonlySet<string> = new Set(["timestamp_unix", "producer_timestamp"]);
/** Header-only files, as of features that are not used, and one that is never to be read. */
const EMPTY_FILES = [
  ["meal", "id"],
  ["fooditem", "id"],
  ["bloodglucose", "timestamp"],
  ["labtestresult", "id"],
] as const;

/** The files of an export by their path: the text of each. */
export function exportFiles(world: World, { user, era }: ExportOptions): Map<string, string> {
  const files = new Map<string, string>();
  const put = (name: string, documents: readonly Document[], first: string) => {
    const header = headerOf(documents, first);
    const end = era === "bare" ? "\n" : "\r\n";
    const lines = documents.map((document) => csvLine(header, document, era));
    files.set(`App Data/${name}.csv`, header.join(";") + end + lines.join(""));
  };
  const span = { from: "1970-01-01", to: "9999-12-31" };
  for (const [type, name] of Object.entries(FILES) as [TypeName, string][]) {
    const documents = [...truth(world, { user, type, ...span })].map(({ body }) =>
      spelled(type, body)
    );
    put(name, documents, documents.some((each) => "id" in each) ? "id" : "timestamp");
  }
  for (const [name, documents] of onlyExported(world, user)) put(name, documents, "timestamp");
  for (const [name, first] of EMPTY_FILES) put(name, [], first);
  files.set("App Data/rawlocation.csv", "timestamp;altitude;latitude;longitude;speed\n");
  files.set("App Data/futurefeature.csv", "id;value\nabc;1\n");
  files.set("Partner Event Store/events.ndjson", "");
  files.set("Subscriptions/account.csv", "email\n");
  return files;
}

/** The export as a ZIP archive. */
export async function exportZip(world: World, options: ExportOptions): Promise<Uint8Array> {
  const stream = new TransformStream<Uint8Array, Uint8Array>();
  const bytes = new Response(stream.readable).bytes();
  const writer = new ZipWriter(stream.writable, { useWebWorkers: false });
  for (const [path, text] of exportFiles(world, options)) {
    await writer.add(path, new TextReader(text));
  }
  await writer.close();
  return await bytes;
}

/** A document as its file has it. */
function spelled(type: TypeName, body: Document): Document {
  const kept = Object.entries(body).filter(([name]) => !LACKING.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [
    type === "enhanced_tag" && name === "custom_name" ? "custom_tag_name" : name,
    value,
  ]));
}
