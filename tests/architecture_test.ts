import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { importsOf, type Source, sources, targetOf } from "./support/sources.ts";

const FILES = await sources();
/** The small shared parts: errors, values, processes, the log. */
const SHARED = ["lib"];
const LIB = [...SHARED, "lib/db", "lib/oura", "lib/auth"];

/**
 * The rooms of the house, and which others each may import. A room is the longest name that starts
 * a path. `config/` describes connections and addresses in the words of two files of `lib/`.
 */
const HOUSE: Record<string, readonly string[]> = {
  "main.ts": ["commands"],
  "mod.ts": ["pipelines", "config", ...LIB, "deno.json"],
  "commands": ["server", "reports", "pipelines", "config", "simulator", ".env.example", ...LIB],
  "server": ["reports", "pipelines", "config", ...LIB],
  // Which columns a table has, and which days are settled, the pipelines know.
  "reports": ["pipelines", "config", "sql", ...LIB],
  "pipelines": ["config", "sql", ...LIB],
  "config": [...SHARED, "lib/oura/catalog", "lib/oura/endpoints.ts", "lib/db/driver/connection.ts"],
  "simulator": [],
  "lib": ["deno.json"],
  "lib/auth": [...SHARED, "lib/db", "lib/oura"],
  "lib/db": [...SHARED, "sql", "deno.json"],
  "lib/db/driver/connection.ts": [],
  "lib/oura": SHARED,
  "lib/oura/endpoints.ts": [],
  "lib/oura/catalog": SHARED,
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
      .filter((target) =>
        target !== "" && roomOf(target) !== room && !allowed(room, roomOf(target))
      )
      .map((target) => `${file.path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

/** A room may import what is named for it, its own inner rooms, and the inner rooms of what is named. */
function allowed(room: string, target: string): boolean {
  return [room, ...HOUSE[room] ?? []].some((each) =>
    target === each || (each !== "lib" && target.startsWith(`${each}/`))
  );
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

Deno.test("docs/DECISIONS.md gives a reason for every package, and for no other", async () => {
  const page = await Deno.readTextFile(new URL("../docs/DECISIONS.md", import.meta.url));
  const table = page.slice(
    page.indexOf("| package"),
    page.indexOf("\n\n", page.indexOf("| package")),
  );
  const cells = table.split("\n").slice(2).map((row) => row.split("|")[1]!);
  const named = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
  const packages = Object.keys(config.imports).filter((name) => !name.startsWith("@types/"));
  assert.deepEqual(named.toSorted(), packages.toSorted());
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

Deno.test("no folder imports itself by way of others", () => {
  const inner = FILES.filter(({ path }) => !OUTSIDE.includes(roomOf(path)));
  const targets = new Map<string, Set<string>>();
  for (const file of inner) {
    const from = folderOf(file.path);
    if (from === "") continue;
    for (const specifier of relativeImports(file)) {
      const to = folderOf(targetOf(file, specifier));
      // A folder may lean on its inner ones, and these on their outer one.
      if (from === to || from.startsWith(`${to}/`) || to.startsWith(`${from}/`)) continue;
      targets.set(from, (targets.get(from) ?? new Set()).add(to));
    }
  }
  const mutual = [...targets].flatMap(([from, tos]) =>
    [...tos].filter((to) => from < to && targets.get(to)?.has(from)).map((to) => `${from} ⇄ ${to}`)
  );
  assert.deepEqual(mutual, []);
});

/** A file per data type, and a file per command, are no bags. */
const LISTS = ["lib/oura/catalog", "commands"];
const MOST_LOOSE_FILES = 14;

Deno.test("no folder is a bag of loose files", () => {
  const inner = FILES.filter(({ path }) => !OUTSIDE.includes(roomOf(path)) && path.includes("/"));
  const counts = Map.groupBy(inner, ({ path }) => folderOf(path));
  const bags = [...counts].filter(([folder, files]) =>
    !LISTS.includes(folder) && files.length > MOST_LOOSE_FILES
  );
  assert.deepEqual(bags.map(([folder, files]) => `${folder}: ${files.length} files`), []);
});

Deno.test("an entry file is inside its folder, not beside it", () => {
  const folders = new Set(FILES.map(({ path }) => folderOf(path)));
  const twins = FILES.filter(({ path }) => folders.has(path.replace(/\.ts$/, "")));
  assert.deepEqual(twins.map(({ path }) => path), []);
});

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
