import assert from "node:assert/strict";
import { loadEnvironment } from "../../config/environment/env_file.ts";
import { loadSettings, SETTING_NAMES } from "../../config/environment/settings.ts";
import { EXIT, UsageError } from "../../lib/errors.ts";

const sanitizers = { sanitizeOps: true, sanitizeResources: true } as const;
const KEY = btoa("k".repeat(32));

/** What is said of an environment, by variable. */
function said(env: Record<string, string>): Map<string, string> {
  try {
    loadSettings(env);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, "SETTINGS_INVALID");
    assert.equal(error.exitCode, EXIT.usage);
    return new Map(
      error.message.split("\n").map((line) => line.split(": ", 2) as [string, string]),
    );
  }
  return new Map();
}

async function withFile(text: string, body: (file: string) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".env" });
  try {
    await Deno.writeTextFile(file, text);
    await body(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("loadSettings() needs nothing: embedded database, Oura's own addresses", () => {
  assert.deepEqual(loadSettings({}), {
    clientId: null,
    clientSecret: null,
    redirectUri: "http://localhost:8000/callback",
    portal: "auto",
    apiUrl: "https://api.ouraring.com",
    authorizeUrl: null,
    tokenUrl: null,
    revokeUrl: null,
    accessToken: null,
    webhookToken: null,
    metricsToken: null,
    connection: { kind: "embedded", directory: "./data/database" },
    dataDirectory: "./data",
    tokenKey: null,
    tokenKeyPrevious: null,
    logLevel: "info",
    logFormat: null,
    syncDaysBack: 90,
    healthcheckUrl: null,
  });
});

Deno.test("loadSettings() counts empty variables as unset", () => {
  const empty = Object.fromEntries(SETTING_NAMES.map((name) => [name, " "]));
  assert.deepEqual(loadSettings(empty), loadSettings({}));
});

Deno.test("loadSettings() takes a database as URL, parts or directory, in this order", () => {
  const url = "postgresql://me:pw@localhost/oura?sslmode=require";
  const parts = { DB_HOST: "/var/run/postgresql", DB_NAME: "oura", DB_USER: "me" };
  assert.deepEqual(loadSettings({ DATABASE_URL: url, ...parts }).connection, { kind: "url", url });
  assert.deepEqual(loadSettings(parts).connection, {
    kind: "parts",
    host: "/var/run/postgresql",
    port: 5432,
    database: "oura",
    user: "me",
    password: "",
  });
  assert.deepEqual(loadSettings({ DB_PORT: "6432", OURA_DATA_DIR: "/srv/oura/" }).connection, {
    kind: "embedded",
    directory: "/srv/oura/database",
  });
  const socket = "postgresql:///oura?host=/var/run/postgresql";
  assert.deepEqual(loadSettings({ DATABASE_URL: socket }).connection, { kind: "url", url: socket });
  // No URL to WHATWG, but one to libpq.
  const hostless = "postgres://me@/oura?host=/var/run/postgresql";
  assert.deepEqual(loadSettings({ DATABASE_URL: hostless }).connection, {
    kind: "url",
    url: hostless,
  });
});

Deno.test("loadSettings() reads keys, numbers and levels", () => {
  const settings = loadSettings({
    OURA_TOKEN_KEY: KEY,
    SYNC_DAYS_BACK: "365",
    LOG_LEVEL: "WARN",
    LOG_FORMAT: "json",
    OURA_PORTAL: "moi",
    OURA_API_URL: "http://127.0.0.1:9000/",
  });
  assert.deepEqual(settings.tokenKey, new TextEncoder().encode("k".repeat(32)));
  assert.equal(settings.syncDaysBack, 365);
  assert.equal(settings.logLevel, "warning");
  assert.equal(settings.logFormat, "json");
  assert.equal(settings.portal, "moi");
  assert.equal(settings.apiUrl, "http://127.0.0.1:9000");
});

const WRONG: readonly [name: string, value: string, message: RegExp][] = [
  ["OURA_TOKEN_KEY", btoa("short"), /32 bytes in base64/],
  ["OURA_TOKEN_KEY", "not base64!", /32 bytes in base64/],
  ["DATABASE_URL", "mysql://localhost/x", /must be a URL such as postgres/],
  ["DATABASE_URL", "localhost", /must be a URL such as postgres/],
  ["DB_PORT", "0", /from 1 to 65535/],
  ["DB_PORT", "x", /whole number/],
  ["OURA_DATA_DIR", "~/oura", /absolute path/],
  ["LOG_LEVEL", "loud", /one of trace, debug, info, warning, error, fatal/],
  ["LOG_FORMAT", "xml", /one of pretty, json/],
  ["SYNC_DAYS_BACK", "0", /from 1 to 36500/],
  ["SYNC_DAYS_BACK", "-1", /whole number/],
  ["SYNC_DAYS_BACK", "1.5", /whole number/],
  ["OURA_PORTAL", "new", /one of auto, moi, legacy/],
  ["OURA_API_URL", "http://api.ouraring.com", /plain http is accepted for this machine only/],
  ["OURA_TOKEN_URL", "http://localhost.example.com/token", /plain http/],
  ["OURA_TOKEN_URL", "http://notlocalhost/token", /plain http/],
  ["OURA_AUTHORIZE_URL", "nonsense", /must be a URL/],
  ["OURA_REVOKE_URL", "file:///etc/passwd", /http\(s\)/],
  ["OURA_REDIRECT_URI", "https://me:pw@example.com/", /user name or password/],
  ["HEALTHCHECK_URL", "http://example.com/ping", /plain http/],
];

for (const [name, value, message] of WRONG) {
  Deno.test(`loadSettings() refuses ${name}=${value}, without showing it`, () => {
    const problems = said({ [name]: value });
    assert.deepEqual([...problems.keys()], [name]);
    assert.match(problems.get(name) ?? "", message);
    // "x", "0" and the like are parts of any sentence.
    if (value.length > 4) assert.ok(!(problems.get(name) ?? "").includes(value));
  });
}

Deno.test("loadSettings() reports all mistakes in one go", () => {
  const problems = said({ DB_HOST: "db", LOG_LEVEL: "loud", OURA_TOKEN_KEY: "?" });
  assert.deepEqual(
    [...problems.keys()].sort(),
    ["DB_NAME", "DB_USER", "LOG_LEVEL", "OURA_TOKEN_KEY"],
  );
});

Deno.test("loadSettings() refuses a token that no request could carry", sanitizers, () => {
  for (const token of ["two\nlines", "two words", "t\u00f6ken", "nul\0"]) {
    assert.throws(() => loadSettings({ OURA_ACCESS_TOKEN: token }), (error: Error) => {
      assert.match(error.message, /^OURA_ACCESS_TOKEN: must be one line/);
      assert.ok(!error.message.includes(token));
      return true;
    });
  }
  assert.equal(loadSettings({ OURA_ACCESS_TOKEN: "abc-._~+/=" }).accessToken, "abc-._~+/=");
});

Deno.test("loadEnvironment() lets the real environment win over .env", sanitizers, async () => {
  const text = '\uFEFF# comment\r\nLOG_LEVEL=debug\r\nDB_NAME="from file"\nDB_HOST=\nOTHER=x\n';
  await withFile(text, async (file) => {
    const real: Record<string, string> = { LOG_LEVEL: "error", DB_NAME: "" };
    const environment = await loadEnvironment(file, (name) => real[name]);
    assert.deepEqual(environment, { LOG_LEVEL: "error", DB_NAME: "from file" });
  });
});

Deno.test(
  "loadEnvironment() tells of names that look like slips of the hand",
  sanitizers,
  async () => {
    const text = "DATABASE_URI=x\nOURA_CLIENTID=x\nDB_PASS=x\nLOG_LEVEL=debug\n" +
      // Of other programs, and of deploy/compose.yaml.
      "POSTGRES_PASSWORD=x\nOURA_SYNC_IMAGE=x\nTZ=UTC\nNODE_ENV=x\n";
    await withFile(text, async (file) => {
      const told: [string, string][] = [];
      const onUnknownName = (name: string, meant: string) => void told.push([name, meant]);
      const environment = await loadEnvironment(file, () => undefined, { onUnknownName });
      assert.deepEqual(environment, { LOG_LEVEL: "debug" });
      assert.deepEqual(told, [
        ["DATABASE_URI", "DATABASE_URL"],
        ["OURA_CLIENTID", "OURA_CLIENT_ID"],
        ["DB_PASS", "DB_PASSWORD"],
      ]);
    });
  },
);

Deno.test("loadEnvironment() tells of values that end at a #", sanitizers, async () => {
  const cut = [
    "DB_PASSWORD=a#b",
    "export OURA_CLIENT_SECRET = x#",
    "DATABASE_URL=#a",
    "LOG_LEVEL=a b#c",
  ];
  const whole = ["OURA_TOKEN_KEY='a#b'", 'HEALTHCHECK_URL="a#b" # note', "DB_NAME=a # note"];
  const other = ["POSTGRES_PASSWORD=a#b", "DB_USER= # note", "DB_HOST=a#b"];
  await withFile([...cut, ...whole, ...other].join("\n"), async (file) => {
    const told: string[] = [];
    const onCut = (name: string) => void told.push(name);
    await loadEnvironment(file, (name) => name === "DB_HOST" ? "real" : undefined, { onCut });
    assert.deepEqual(told, ["DB_PASSWORD", "OURA_CLIENT_SECRET", "DATABASE_URL", "LOG_LEVEL"]);
  });
});

Deno.test("a database in the real environment wins, in whichever form", sanitizers, async () => {
  await withFile("DATABASE_URL=postgres://file@h/d\nDB_HOST=file\nDB_USER=file\n", async (file) => {
    const read = (real: Record<string, string>) => loadEnvironment(file, (name) => real[name]);
    assert.equal((await read({})).DATABASE_URL, "postgres://file@h/d");
    assert.deepEqual(await read({ DB_HOST: "real" }), { DB_HOST: "real", DB_USER: "file" });
    const url = "postgres://real@h/d";
    const both = await read({ DB_HOST: "real", DATABASE_URL: url });
    assert.equal(both.DATABASE_URL, url);
  });
});

Deno.test("loadEnvironment() refuses a file that is not UTF-8", sanitizers, async () => {
  const file = await Deno.makeTempFile({ suffix: ".env" });
  try {
    // As `echo OURA_… > .env` writes it in Windows PowerShell, and as an old editor does.
    const utf16 = [0xff, 0xfe, 0x4f, 0, 0x55, 0];
    const latin1 = [..."DB_PASSWORD=caf"].map((letter) => letter.charCodeAt(0)).concat(0xe9);
    for (const bytes of [utf16, latin1]) {
      await Deno.writeFile(file, new Uint8Array(bytes));
      await assert.rejects(loadEnvironment(file, () => undefined), {
        code: "ENV_FILE_UNREADABLE",
        message: `cannot read ${file}: it is not UTF-8 text`,
      });
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("loadEnvironment() misses only a .env that was asked for", sanitizers, async () => {
  const nothing = () => undefined;
  const directory = await Deno.makeTempDir();
  try {
    await assert.rejects(loadEnvironment(`${directory}/nowhere.env`, nothing), {
      code: "ENV_FILE_UNREADABLE",
    });
    assert.deepEqual(await loadEnvironment(undefined, nothing, { usual: `${directory}/.env` }), {});
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test(".env.example names every variable, and loads", sanitizers, async () => {
  const example = new URL("../../.env.example", import.meta.url).pathname;
  const text = await Deno.readTextFile(example);
  const named = [...text.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
  assert.deepEqual(named.toSorted(), [...SETTING_NAMES].sort());
  assert.deepEqual(loadSettings(await loadEnvironment(example, () => undefined)), loadSettings({}));
});
