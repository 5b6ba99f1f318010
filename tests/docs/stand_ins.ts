/** What stands in for programs that a machine of the tests does not have, or must not run. */
import { PERMISSIONS } from "../../tools/compile/arguments.ts";

/** A program of the examples, and what runs in its place. */
export interface StandIn {
  readonly name: string;
  /** Why the real one is not run. */
  readonly why: string;
  /** For `sh`; `PROGRAM` is the clone. */
  readonly script: string;
}

const browser = `exec deno eval 'await (await fetch(Deno.args[0])).text()' "$1"`;

/** Each is called by an example, or it would not be here. */
export const STAND_INS: readonly StandIn[] = [
  {
    name: "npx",
    why: "it would fetch Deno, which runs the tests already",
    script: `[ "$1 $2" = "-y deno@${Deno.version.deno}" ] || exit 1\nshift 2\nexec deno "$@"`,
  },
  {
    name: Deno.build.os === "darwin" ? "open" : "xdg-open",
    why: "no person sits at a browser; this one visits the page, which consents by itself",
    script: browser,
  },
  {
    name: "oura-sync",
    why: "a binary needs a base runtime that cannot be fetched everywhere; the sources do the same",
    script: `exec deno run --quiet ${PERMISSIONS.join(" ")} "$PROGRAM/main.ts" "$@"`,
  },
  {
    name: "git",
    why: "the examples name no address to clone from",
    script: `[ "$1" = clone ] && exec ln -s "$PROGRAM" "$3"`,
  },
  {
    name: "docker",
    why: "there is no container engine; what would run in the container is run",
    script: `while [ $# -gt 0 ] && [ "$1" != sync ]; do shift; done
[ $# -gt 1 ] || exit 0
shift
exec oura-sync "$@"`,
  },
  {
    name: "crontab",
    why: "the machine's own must stay as it is",
    script: `case $1 in -l) cat "$HOME/crontab" ;; -) cat > "$HOME/crontab.new" &&
mv "$HOME/crontab.new" "$HOME/crontab" ;; esac`,
  },
  ...["systemctl", "loginctl", "launchctl"].map((name) => ({
    name,
    why: "it would start things that outlive the tests; what it would start is run instead",
    script: "exit 0",
  })),
];

/** Of PostgreSQL, where it is not installed. */
const CLIENTS = ["createdb", "psql"];

/**
 * Puts Deno, the stand-ins and the clients of PostgreSQL into a directory for `PATH`. Every call of a
 * stand-in is noted down in `HOME/calls`.
 */
export async function equip(bin: string, program: string): Promise<void> {
  await Deno.mkdir(bin, { recursive: true });
  const put = (name: string, script: string) =>
    Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const deno = Deno.execPath();
  await put("deno", `exec "${deno}" "$@"`);
  for (const { name, script } of STAND_INS) {
    await put(name, `echo "${name} $*" >> "$HOME/calls"\nPROGRAM="${program}"\n${script}`);
  }
  for (const name of CLIENTS) {
    const own = await onPath(name);
    const client = new URL("postgres_client.ts", import.meta.url).pathname;
    await put(name, own ? `exec "${own}" "$@"` : `exec "${deno}" run -A ${client} ${name} "$@"`);
  }
}

async function onPath(name: string): Promise<string | null> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${directory}/${name}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return null;
}

/** Names of stand-ins that were not called. */
export async function uncalled(home: string): Promise<string[]> {
  const calls = (await Deno.readTextFile(`${home}/calls`)).split("\n");
  return STAND_INS.map(({ name }) => name)
    .filter((name) => !calls.some((call) => call.startsWith(`${name} `)));
}
