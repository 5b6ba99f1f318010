/** The simulator as the documentation has people start it, and what the tests ask of it. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { Place } from "./shell.ts";

/** What it prints when it is ready. */
export const ANNOUNCEMENT = z.strictObject({
  url: z.string(),
  now: z.string(),
  tokens: z.array(z.string()),
});

/** A running `deno task simulate`. */
export class SimulatedOura {
  private constructor(
    private readonly process: Deno.ChildProcess,
    private readonly rest: Promise<unknown>,
    readonly announcement: z.infer<typeof ANNOUNCEMENT>,
    /** The lines it prints for `.env`. */
    readonly env: string,
  ) {}

  /** Types the command, with a port that is free, and reads what it prints. */
  static async start(command: string, { directory, env }: Place): Promise<SimulatedOura> {
    const process = new Deno.Command("sh", {
      // Without exec the signal of Ctrl-C would reach only the shell.
      args: ["-c", `exec ${command} --port 0`],
      cwd: directory,
      clearEnv: true,
      env: { ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [out, more] = process.stdout.tee();
    const [err, further] = process.stderr.tee();
    const line = await until(out, /^.*\n/);
    const directions = await until(err, /Ctrl-C/);
    return new SimulatedOura(
      process,
      Promise.all([new Response(more).text(), new Response(further).text()]),
      ANNOUNCEMENT.parse(JSON.parse(line)),
      directions.match(/^OURA_\w+=.*\n/gm)?.join("") ?? "",
    );
  }

  /** Registers the app of its own lines for another redirect URI: the usual port may be taken. */
  async expect(redirectUri: string): Promise<void> {
    const clientId = /^OURA_CLIENT_ID=(.*)$/m.exec(this.env)![1]!;
    const clientSecret = /^OURA_CLIENT_SECRET=(.*)$/m.exec(this.env)![1]!;
    await this.#post("apps", {
      clientId,
      clientSecret,
      portal: "moi",
      redirectUris: [redirectUri],
    });
  }

  /** Who signs in at the consent page from now on. */
  async consent(user: string): Promise<void> {
    await this.#post("consent", { user });
  }

  /** Presses Ctrl-C. */
  async stop(): Promise<void> {
    this.process.kill("SIGINT");
    const [{ code }] = await Promise.all([this.process.status, this.rest]);
    assert.equal(code, 0);
  }

  async #post(route: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.announcement.url}/_sim/${route}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200, await response.text());
  }
}

async function until(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (pattern.test(text)) return text;
  }
  throw new Error(`it ended without saying ${pattern}: ${text}`);
}
