import assert from "node:assert/strict";
import { configureLogging, loggerOf, type LogSettings } from "../../lib/log/log.ts";

/** What is written while `body` logs. */
async function written(
  settings: Omit<LogSettings, "write">,
  body: () => void,
): Promise<string[]> {
  const texts: string[] = [];
  await configureLogging({ ...settings, write: (text) => texts.push(text) });
  body();
  return texts;
}

Deno.test("JSON logs are one object a line, whatever the message holds", async () => {
  const texts = await written({ level: "info", format: "json" }, () => {
    loggerOf("sync").info("two\nlines and {thing}", { thing: 'a "quoted" one', rows: 3 });
    loggerOf("oura").warn("second");
  });
  const records = texts.map((text) => {
    assert.match(text, /^[^\n]+\n$/);
    return JSON.parse(text);
  });
  assert.match(records[0].message, /^two\nlines and .*quoted/);
  assert.equal(records[0].rows, 3);
  assert.equal(records[0].level, "INFO");
  assert.equal(records[0].logger, "oura-sync.sync");
  assert.equal(records[1].message, "second");
});

Deno.test("JSON logs show what an object in a message holds", async () => {
  const circle: Record<string, unknown> = { types: ["sleep", "tag"], left: 3 };
  circle.self = circle;
  const [text] = await written({ level: "info", format: "json" }, () => {
    loggerOf("sync").info("{a} {b} {c}", { a: circle, b: new Error("no answer"), c: null });
  });
  const { message } = JSON.parse(text!);
  assert.match(message, /types: \[ "sleep", "tag" \], left: 3/);
  assert.match(message, / no answer null$/);
});

Deno.test("only records of the level and above are written", async () => {
  const texts = await written({ level: "warning", format: "json" }, () => {
    for (const level of ["debug", "info", "warn", "error"] as const) loggerOf("sync")[level](level);
  });
  assert.deepEqual(texts.map((text) => JSON.parse(text).message), ["warn", "error"]);
});

const SECRETS: Record<string, (secret: string) => [string, Record<string, unknown>]> = {
  "a bearer token": (secret) => [`authorization: Bearer ${secret}`, {}],
  "a query": (secret) => [`GET /callback?code=${secret}&state=x`, {}],
  "a form": (secret) => [`refresh_token=${secret}&grant_type=refresh_token`, {}],
  "a database URL": (secret) => [`postgres://me:${secret}@db/x failed`, {}],
  "a property": (secret) => ["asked {request}", { request: { access_token: secret } }],
  "JSON as a text": (secret) => ["body: {body}", { body: `{"refresh_token": "${secret}"}` }],
};
const FORMATS = {
  json: { format: "json" },
  pretty: { format: "pretty" },
  "pretty and plain": { format: "pretty", colours: false },
} as const;
for (const [title, settings] of Object.entries(FORMATS)) {
  for (const [name, of] of Object.entries(SECRETS)) {
    Deno.test(`${title} logs do not show a secret in ${name}`, async () => {
      const texts = await written({ level: "debug", ...settings }, () => {
        loggerOf("sync").info(...of("s3cr3t.value-42"));
      });
      assert.equal(texts.length, 1);
      assert.ok(!texts[0]!.includes("s3cr3t"), texts[0]!);
      assert.match(texts[0]!, /redacted/);
      if (settings.format === "json") JSON.parse(texts[0]!);
    });
  }
}

Deno.test("pretty logs have colours only on a terminal", async () => {
  const log = () => loggerOf("sync").info("{rows} rows of {what}.", { rows: 3, what: "sleep" });
  const [plain] = await written({ level: "info", format: "pretty", colours: false }, log);
  assert.match(plain!, /^\d\d:\d\d:\d\d\.\d+ \[INF\] oura-sync·sync: 3 rows of sleep\.\n$/);
  const [coloured] = await written({ level: "info", format: "pretty" }, log);
  assert.ok(coloured!.includes("\x1b["));
});

const HOSTILE = "\x1b]0;title\x07\u009b2J\u202e";
for (const [title, settings] of Object.entries(FORMATS)) {
  Deno.test(`${title} logs show what would steer a terminal`, async () => {
    const [text] = await written({ level: "info", ...settings }, () => {
      loggerOf("sync").info(`fixed ${HOSTILE} {text} {error} {object} {rows}`, {
        text: HOSTILE,
        error: new Error(HOSTILE),
        object: { text: HOSTILE },
        rows: 3,
      });
    });
    // What is left is the format's own: colours, and the line feed.
    const rest = text!.replaceAll(/\p{Cc}\[[\d;]*m/gu, "").trimEnd();
    assert.doesNotMatch(rest, /\p{Cc}|\p{Bidi_Control}/u);
    assert.ok(rest.split("\\u202e").length > 3, rest);
    assert.match(rest, /\b3\b/);
    if (settings.format === "json") JSON.parse(text!);
  });
}
