import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { importsOf, type Source, sources, targetOf } from "./support/sources.ts";

const FILES = await sources();
/** Everything that knows nothing of pipelines. */
const LIB = [
  "lib",
  "lib/log",
  "lib/values",
  "lib/process",
  "lib/oura",
  "lib/db",
  "lib/auth",
];

/**
 * The rooms of the house, and which others each may import. A room is the longest name that starts
 * a path; `lib` itself holds only the small shared parts. Only main.ts imports the command line,
 * and the API and the database do not know each other: signing in stands on both.
 */
const HOUSE: Record<string, readonly string[]> = {
  "main.ts": ["commands"],
  "mod.ts": ["pipelines", ...LIB],
  "commands": [
    "server",
    "reports",
    "pipelines",
    "config",
    "simulator",
    "sql",
    ".env.example",
    ...LIB,
  ],
  "server": ["reports", "pipelines", "config", "sql", ...LIB],
  // The live columns and the gaps are known to the pipelines, which know nothing of reports.
  "reports": ["pipelines", "config", "sql", ...LIB],
  "pipelines": ["config", "sql", ...LIB],
  // Settings name a database and an API; they use neither.
  "config": ["lib", "lib/values", "lib/oura", "lib/db/driver/connection.ts"],
  "simulator": ["lib", "lib/values", "lib/oura/catalog", "tools"],
  "lib/auth": ["lib", "lib/log", "lib/values", "lib/process", "lib/oura", "lib/db"],
  "lib/db": ["lib", "lib/log", "lib/values", "lib/process", "sql"],
  "lib/oura": ["lib", "lib/log", "lib/values", "lib/process"],
  "lib/oura/catalog": ["lib/values"],
  "lib/process": ["lib", "lib/log"],
  "lib/log": ["lib", "lib/values"],
  "lib/values": ["lib"],
  "lib": ["lib/log", "deno.json"],
  "sql": [],
};
/** They use the house and are no part of it. */
const OUTSIDE = ["tests", "bench", "tools", "docs", "deploy"];
/** Files at the root that sources read. */
const ROOT_FILES = ["deno.json", ".env.example"];

function roomOf(path: string): string {
  const rooms = [...Object.keys(HOUSE), ...OUTSIDE, ...ROOT_FILES];
  const found = rooms.filter((room) => path === room || path.startsWith(`${room}/`));
  return found.toSorted((a, b) => b.length - a.length)[0] ?? `${path} (no room)`;
}

const relativeImports = (file: Source) =>
  importsOf(file).filter((specifier) => specifier.startsWith("."));

Deno.test("every source file lives in a room of the house", () => {
  const homeless = FILES.map(({ path }) => path).filter((path) =>
    roomOf(path).endsWith("(no room)")
  );
  assert.deepEqual(homeless, []);
});

Deno.test("imports run one way: main, commands, server, reports, pipelines, lib", () => {
  const wrong = FILES.flatMap((file) => {
    const room = roomOf(file.path);
    if (OUTSIDE.includes(room)) return [];
    return relativeImports(file).map((specifier) => targetOf(file, specifier))
      .filter((target) => target !== "" && roomOf(target) !== room && !isAllowed(room, target))
      .map((target) => `${file.path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

/** A room may import the rooms and single files it lists; the client brings its catalog along. */
function isAllowed(room: string, target: string): boolean {
  const listed = HOUSE[room] ?? [];
  const other = roomOf(target);
  if (listed.includes(other) || listed.includes(target)) return true;
  return other === "lib/oura/catalog" && (room === "lib/oura" || listed.includes("lib/oura"));
}

Deno.test("every relative import leads to a file", async () => {
  const missing: string[] = [];
  for (const file of FILES) {
    for (const specifier of relativeImports(file)) {
      const target = targetOf(file, specifier);
      const there = await Deno.stat(new URL(`../${target}`, import.meta.url)).catch(() => null);
      if (!there) missing.push(`${file.path}: ${specifier}`);
    }
  }
  assert.deepEqual(missing, []);
});

/** The package a bare specifier names: `pg-copy-streams`, `@logtape/logtape`. */
function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

const bareImports = new Set(
  FILES.flatMap((file) => importsOf(file)).filter((specifier) => !specifier.startsWith(".")),
);

Deno.test("every imported package is named in deno.json, and nowhere else", () => {
  const known = Object.keys(config.imports);
  const unknown = [...bareImports].filter((specifier) =>
    !specifier.startsWith("node:") && !known.includes(packageOf(specifier))
  );
  assert.deepEqual(unknown, []);
});

Deno.test("every package in deno.json is used and pinned", () => {
  const used = new Set([...bareImports].map(packageOf));
  const wrong = Object.entries(config.imports).filter(([name, specifier]) => {
    // The types of a package are used with it.
    const package_ = name.replace(/^@types\//, "");
    return !used.has(package_) ||
      !specifier.endsWith(specifier.match(/@\d+\.\d+\.\d+$/)?.[0] ?? "@");
  });
  assert.deepEqual(wrong, []);
});

Deno.test("no file of the house imports itself by way of others", () => {
  const inner = FILES.filter(({ path }) => !OUTSIDE.includes(roomOf(path)));
  const targets = new Map(
    inner.map((file) => [
      file.path,
      relativeImports(file).map((specifier) => targetOf(file, specifier)),
    ]),
  );
  const settled = new Set<string>();
  const circles: string[] = [];
  const follow = (path: string, way: readonly string[]) => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(" → "));
    if (settled.has(path) || way.includes(path)) return;
    for (const target of targets.get(path) ?? []) follow(target, [...way, path]);
    settled.add(path);
  };
  for (const path of targets.keys()) follow(path, []);
  assert.deepEqual(circles, []);
});
