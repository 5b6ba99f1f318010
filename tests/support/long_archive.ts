/** An account export as long as wanted, written piece by piece: time series as dense as real ones. */
import { ZipWriter } from "@zip.js/zip.js";

const DAY = 86_400_000;
/** Rows a day in an export of 2026; source: github jaredszajkowski/oura-data-analysis. */
const PER_DAY = { heartrate: 1_220, temperature: 1_440, stepcount: 760 } as const;
/** Rows of all series on a day, with the one of `dailysleep`. */
export const ROWS_A_DAY = PER_DAY.heartrate + PER_DAY.temperature + PER_DAY.stepcount + 1;

/** Rows of heart rate without a time, for each day: fewer than `max_rejects` allows. */
export const TIMELESS_A_DAY = 9;

/** The first day of every long archive. */
export const FIRST_DAY = "2020-01-01";

/** Writes a ZIP of so many days to a file. */
export async function writeLongArchive(path: string, days: number): Promise<void> {
  const file = await Deno.create(path);
  const stream = new TransformStream<Uint8Array, Uint8Array>();
  const written = stream.readable.pipeTo(file.writable);
  const zip = new ZipWriter(stream.writable, { useWebWorkers: false, level: 1 });
  await zip.add("App Data/dailysleep.csv", textStream(dailySleep(days)));
  await zip.add("App Data/heartrate.csv", textStream(heartRate(days)));
  await zip.add("App Data/temperature.csv", textStream(series("temperature", days)));
  await zip.add("App Data/stepcount.csv", textStream(series("stepcount", days)));
  await zip.close();
  await written;
}

function textStream(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
}

function* dailySleep(days: number): Generator<string> {
  yield "id;day;score;timestamp\n";
  for (let day = 0; day < days; day++) {
    const text = new Date(Date.parse(FIRST_DAY) + day * DAY).toISOString().slice(0, 10);
    yield `sleep-${day};${text};${60 + day % 40};${text}T00:00:00.000+00:00\n`;
  }
}

/** A piece per day. */
function* series(name: keyof typeof PER_DAY, days: number): Generator<string> {
  yield `${HEADERS[name]}\n`;
  const step = DAY / PER_DAY[name];
  for (let day = 0; day < days; day++) {
    let lines = "";
    for (let n = 0; n < PER_DAY[name]; n++) {
      const at = Math.round(Date.parse(FIRST_DAY) + day * DAY + n * step);
      lines += `${new Date(at).toISOString()};${LINES[name](n, at)}\n`;
    }
    yield lines;
  }
}

/** All rows without a time stand together: nothing but their number says where a batch ends. */
function* heartRate(days: number): Generator<string> {
  yield* series("heartrate", days);
  for (let day = 0; day < days; day++) yield ";60;awake\n".repeat(TIMELESS_A_DAY);
}

const HEADERS = {
  heartrate: "timestamp;bpm;source",
  temperature: "timestamp;skin_temp",
  stepcount: "timestamp;end_time;steps",
};

const LINES = {
  heartrate: (n: number) => `${50 + n % 60};${n % 9 === 0 ? "workout" : "awake"}`,
  temperature: (n: number) => `${3_300 + n % 350}`.replace(/(\d\d)$/, ".$1"),
  stepcount: (n: number, at: number) => `${at + 60_000};${n % 120}`,
};
