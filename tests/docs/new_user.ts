/** A new user with a clone of the program, a browser, and an app at a simulated Oura. */
import { cp } from "node:fs/promises";
import type { RunningSimulator } from "../../simulator/mod.ts";
import type { Portal } from "../../lib/oura/oauth/portals.ts";

/** What of the repository the program needs. */
const ROOMS = [
  ".env.example",
  "commands",
  "config",
  "deno.json",
  "deno.lock",
  "lib",
  "main.ts",
  "pipelines",
  "simulator",
  "sql",
];

/** Copies the program to a directory of its own, as a clone would be. */
export async function copyOfProgram(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-clone-" });
  for (const room of ROOMS) await cp(room, `${directory}/${room}`, { recursive: true });
  return directory;
}

/** How a line of shell ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** See {@linkcode newUser}. */
export interface NewUser {
  /** What the user answers `init`, as options. */
  readonly answers: string;
  shell(line: string): Promise<Ended>;
}

/** Registers an app, and gives the user a browser that visits what it is told to open. */
export async function newUser(
  directory: string,
  oura: RunningSimulator,
  portal: Portal,
): Promise<NewUser> {
  const home = `${directory}/home`;
  await Deno.mkdir(`${home}/bin`, { recursive: true });
  const visit = "await (await fetch(Deno.args[0])).text()";
  const programs = {
    deno: `exec "${Deno.execPath()}" "$@"`,
    "xdg-open": `exec "${Deno.execPath()}" eval '${visit}' "$1"`,
    open: `exec "${Deno.execPath()}" eval '${visit}' "$1"`,
  };
  for (const [name, line] of Object.entries(programs)) {
    await Deno.writeTextFile(`${home}/bin/${name}`, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
  const redirectUri = `http://localhost:${freePort()}/callback`;
  const app = { clientId: "my-app", clientSecret: "my-secret" };
  oura.simulator.oauth.apps.register({ ...app, portal: "moi", redirectUris: [redirectUri] });
  const env = {
    HOME: home,
    PATH: `${home}/bin:/usr/bin:/bin`,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
    OURA_REDIRECT_URI: redirectUri,
    OURA_API_URL: oura.url,
    OURA_AUTHORIZE_URL: portal.authorizeUrl,
    OURA_TOKEN_URL: portal.tokenUrl,
    OURA_REVOKE_URL: portal.revokeUrl,
  };
  return {
    answers: `--client-id ${app.clientId} --client-secret ${app.clientSecret}`,
    async shell(line) {
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", line],
        cwd: directory,
        clearEnv: true,
        env,
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
    },
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
