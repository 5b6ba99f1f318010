/** The client against the simulator's own truth: every data type, days, samples, single documents. */
import assert from "node:assert/strict";
import { methodNames } from "../../lib/oura/client/methods.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import {
  AccessDeniedError,
  DATA_TYPES,
  type DataTypeName,
  DocumentNotFoundError,
  InvalidDocumentError,
  isDataTypeName,
  OuraClient,
  OuraUnavailableError,
  RateLimitedError,
  type SingleDocumentName,
  UsageError,
} from "../../mod.ts";
import { canonical, expected } from "../support/sync_world.ts";
import { BASE_URL, clientOf, fetchFrom, fetchOf, simulate } from "./support.ts";

const NAMES = Object.keys(DATA_TYPES).filter(isDataTypeName);
const options = { sanitizeOps: true, sanitizeResources: true };

type AnyMethods = Record<string, (...args: unknown[]) => unknown>;

/** The methods by computed name, which the types rightly do not offer. */
function methodsOf(client: OuraClient): AnyMethods {
  return client as unknown as AnyMethods;
}

function sorted(documents: Iterable<unknown>): string[] {
  return [...documents].map(canonical).sort();
}

Deno.test("every data type has both methods, named after it", options, () => {
  const methods = methodsOf(clientOf(simulate()));
  for (const name of NAMES) {
    const { get, pages } = methodNames(name);
    assert.equal(typeof methods[get], "function", get);
    assert.equal(typeof methods[pages], "function", pages);
  }
  assert.deepEqual(methodNames("daily_spo2"), { get: "getDailySpo2", pages: "dailySpo2" });
  assert.deepEqual(methodNames("vo2_max"), { get: "getVo2Max", pages: "vo2Max" });
});

Deno.test("the families written into the types are those of the catalog", options, () => {
  const family = (window: string) =>
    CATALOG.filter((type) => type.window === window).map(({ name }) => name).sort();
  assert.deepEqual(family("datetime"), ["heart_rate", "ring_battery_level"]);
  assert.deepEqual(family("none"), ["personal_info", "ring_configuration"]);
  const without = CATALOG.filter((type) => !type.singleDocument).map(({ name }) => name).sort();
  assert.deepEqual(without, ["heart_rate", "personal_info", "ring_battery_level"]);
  for (const type of CATALOG) {
    if (type.window === "date") assert.ok(type.day, `${type.name} is trimmed by its day`);
    if (type.window === "datetime") assert.ok(type.instant, `${type.name} by its instant`);
  }
});

for (const zone of ["Europe/London", "Pacific/Honolulu", "Pacific/Tongatapu"]) {
  Deno.test(`days asked are the days returned, in ${zone}`, options, async () => {
    const simulator = simulate({ users: [{ id: "w", zone }] });
    const client = methodsOf(clientOf(simulator, "w"));
    const from = "2026-09-01";
    const to = "2026-10-15";
    for (const name of NAMES.filter((name) => DATA_TYPES[name].window === "date")) {
      const { get, pages } = methodNames(name);
      const all = await client[get]!(from, to) as unknown[];
      const truth = [...expected(simulator.world, name, "w", from, to)].sort();
      assert.deepEqual(sorted(all), truth, name);
      const paged = await Array.fromAsync(client[pages]!(from, to) as AsyncIterable<unknown[]>);
      assert.deepEqual(sorted(paged.flat()), truth, name);
    }
  });
}

Deno.test("a long span is asked in pieces, and no document comes twice", options, async () => {
  const simulator = simulate({ days: 400 });
  const scores = await clientOf(simulator).getDailySleep("2025-09-15", "2026-10-15");
  const days = scores.map(({ day }) => day);
  assert.deepEqual(days, [...new Set(days)].sort());
  assert.ok(days.length > 300);
});

Deno.test("samples of more than 30 days are asked in pieces and come once", options, async () => {
  const simulator = simulate({ days: 80 });
  const asked: URL[] = [];
  const client = clientOf(simulator, undefined, {
    fetch(input, init) {
      asked.push(new URL(String(input)));
      return fetchFrom(simulator)(input, init);
    },
  });
  const samples = await client.getHeartRate("2026-08-01", "2026-10-10");
  const user = simulator.world.wearers[0]!.id;
  const inside = [...expected(simulator.world, "heart_rate", user, "2026-07-30", "2026-10-12")]
    .filter((text) => {
      const { timestamp } = JSON.parse(text) as { timestamp: string };
      const at = Date.parse(timestamp);
      return at >= Date.parse("2026-08-01T00:00Z") && at < Date.parse("2026-10-11T00:00Z");
    });
  assert.ok(inside.length > 30_000);
  assert.deepEqual(sorted(samples), inside.sort());
  for (const { searchParams } of asked) {
    const [start, end] = ["start_datetime", "end_datetime"].map((name) =>
      Date.parse(searchParams.get(name)!)
    );
    assert.ok(end! - start! <= 30 * 86_400_000);
  }
});

Deno.test("instants include both ends; without an offset they are UTC", options, async () => {
  const at = (time: string) => ({ timestamp: `2026-01-31T${time}`, bpm: 60, source: "awake" });
  const rows = ["07:59:59.999Z", "08:00:00Z", "08:30:00Z", "09:00:00Z", "09:00:00.001Z"].map(at);
  const client = new OuraClient({ accessToken: "t", fetch: fetchOf(...rows) });
  const times = (documents: { timestamp: string }[]) =>
    documents.map(({ timestamp }) => timestamp.slice(11));
  const hour = ["08:00:00Z", "08:30:00Z", "09:00:00Z"];
  assert.deepEqual(
    times(await client.getHeartRate("2026-01-31T08:00:00", "2026-01-31T09:00:00")),
    hour,
  );
  assert.deepEqual(
    times(await client.getHeartRate("2026-01-31 10:00:00+02", new Date("2026-01-31T09:00:00Z"))),
    hour,
  );
});

Deno.test(
  "repeats within a request are left out, two sources of an instant are not",
  options,
  async () => {
    const sample = { timestamp: "2026-01-31T08:00:00Z", bpm: 60, source: "awake" };
    const client = new OuraClient({
      accessToken: "t",
      fetch: fetchOf(sample, { ...sample }, { ...sample, source: "workout" }),
    });
    const samples = await client.getHeartRate("2026-01-31", "2026-01-31");
    assert.deepEqual(samples.map(({ source }) => source), ["awake", "workout"]);
  },
);

Deno.test(
  "old cardiovascular ages without an id are told apart by their day",
  options,
  async () => {
    const ages = ["2024-06-01", "2024-06-02"].map((day) => ({ day, vascular_age: 40 }));
    const client = new OuraClient({ accessToken: "t", fetch: fetchOf(...ages) });
    const documents = await client.getDailyCardiovascularAge("2024-06-01", "2024-06-30");
    assert.deepEqual(documents.map(({ day }) => day), ["2024-06-01", "2024-06-02"]);
  },
);

Deno.test("personal info is one document, rings are all of them", options, async () => {
  const simulator = simulate();
  const client = clientOf(simulator);
  assert.equal((await client.getPersonalInfo()).id, simulator.world.wearers[0]!.id);
  assert.ok((await client.getRingConfiguration()).length > 0);
});

Deno.test("a single document is the one of the list", options, async () => {
  const client = clientOf(simulate());
  const methods = methodsOf(client);
  for (const name of NAMES.filter((name) => DATA_TYPES[name].singleDocument)) {
    const range = DATA_TYPES[name].window === "none" ? [] : ["2026-07-01", "2026-10-15"];
    const list = await methods[methodNames(name).get]!(...range) as { id?: string }[];
    const one = list.find(({ id }) => id !== undefined);
    if (one === undefined) continue;
    assert.deepEqual(await client.getDocument(name as SingleDocumentName, one.id!), one, name);
  }
  await assert.rejects(client.getDocument("sleep", "no such"), DocumentNotFoundError);
  await assert.rejects(client.getDocument("sleep", ""), UsageError);
  await assert.rejects(
    client.getDocument("heart_rate" as DataTypeName as SingleDocumentName, "x"),
    UsageError,
  );
});

Deno.test(
  "a document that cannot be used is thrown, or given to onInvalid and left out",
  options,
  async () => {
    const good = {
      id: "a",
      day: "2026-01-31",
      score: 81,
      timestamp: "2026-01-31T00:00:00Z",
      contributors: {},
    };
    const bad = { ...good, id: null, note: "secret" };
    const fetch = fetchOf(good, bad, 7);
    const strict = new OuraClient({ accessToken: "t", fetch });
    await assert.rejects(
      strict.getDailySleep("2026-01-01", "2026-01-31"),
      (error) => error instanceof InvalidDocumentError && !error.message.includes("secret"),
    );
    const given: string[] = [];
    const lenient = new OuraClient({
      accessToken: "t",
      fetch,
      onInvalid: ({ dataType, path }) => given.push(`${dataType} ${path}`),
    });
    assert.deepEqual(await lenient.getDailySleep("2026-01-01", "2026-01-31"), [good]);
    assert.deepEqual(given, ["daily_sleep id", "daily_sleep its top"]);
  },
);

Deno.test(
  "a document that differs from its type is returned, and its differences reported",
  options,
  async () => {
    const odd = { id: "a", day: "2026-01-31", score: "81", contributors: { timing: 7.5 } };
    const found: unknown[] = [];
    const client = new OuraClient({
      accessToken: "t",
      fetch: fetchOf(odd),
      onDifference: (difference) => found.push(difference),
    });
    assert.deepEqual(await client.getDailySleep("2026-01-01", "2026-01-31"), [odd]);
    const dataType = "daily_sleep";
    assert.deepEqual(found, [
      { dataType, path: "score", expected: "a whole number", found: "a text" },
      { dataType, path: "contributors.timing", expected: "a whole number", found: "a number" },
      { dataType, path: "timestamp", expected: "a date and time", found: "nothing" },
    ]);
  },
);

Deno.test("wrong dates are refused before anything is asked", options, async () => {
  const fetch = () => assert.fail("asked");
  const client = new OuraClient({ accessToken: "t", fetch });
  for (const day of ["2026-02-30", "yesterday", "", "2026-01-01T00:00:00"]) {
    await assert.rejects(client.getSleep(day, "2026-01-31"), { code: "BAD_DATE" }, day);
  }
  for (const instant of ["2026-02-30", "noon", new Date(NaN)]) {
    await assert.rejects(client.getHeartRate(instant, "2026-01-31"), { code: "BAD_DATE" });
  }
  const reversed = { code: "DATES_REVERSED" };
  await assert.rejects(client.getSleep("2026-02-01", "2026-01-31"), reversed);
  await assert.rejects(client.getHeartRate("2026-02-01", "2026-01-31"), reversed);
});

Deno.test("a token is never sent to another machine in clear text", options, () => {
  for (const baseUrl of ["http://example.org", "ftp://127.0.0.1", "nonsense"]) {
    assert.throws(() => new OuraClient({ accessToken: "t", baseUrl }), { code: "BASE_URL" });
  }
  new OuraClient({ accessToken: "t", baseUrl: BASE_URL });
  assert.throws(() => new OuraClient({ accessToken: "" }), { code: "TOKEN_MISSING" });
});

Deno.test("an aborted call rejects with the signal's reason", options, async () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const client = clientOf(simulate());
  await assert.rejects(client.getDailySleep("2026-10-01", "2026-10-02", { signal }), reason);
  await assert.rejects(client.getPersonalInfo({ signal }), reason);
});

Deno.test("outages and rate limits are waited out", options, async () => {
  const answers = [
    new Response("<html>", { status: 503 }),
    new Response(null, { status: 429, headers: { "retry-after": "0" } }),
    new Response('{"data": [', { status: 200 }),
    Response.json({ data: [], next_token: null }),
  ];
  const fetch = () => Promise.resolve(answers.shift()!);
  const client = new OuraClient({ accessToken: "t", fetch });
  assert.deepEqual(await client.getSleep("2026-01-01", "2026-01-31"), []);
  assert.equal(client.traffic.requests, 4);
  const impatient = new OuraClient({
    accessToken: "t",
    patienceMs: 1_000,
    fetch: () =>
      Promise.resolve(new Response(null, { status: 429, headers: { "retry-after": "60" } })),
  });
  await assert.rejects(impatient.getSleep("2026-01-01", "2026-01-31"), RateLimitedError);
  const down = new OuraClient({
    accessToken: "t",
    retries: 0,
    fetch: () => Promise.reject(new TypeError("connection refused")),
  });
  await assert.rejects(down.getPersonalInfo(), OuraUnavailableError);
});

Deno.test("a refused token is an AccessDeniedError", options, async () => {
  const fetch = () => Promise.resolve(new Response(null, { status: 401 }));
  const client = new OuraClient({ accessToken: "t", fetch });
  await assert.rejects(client.getSleep("2026-01-01", "2026-01-31"), AccessDeniedError);
});
