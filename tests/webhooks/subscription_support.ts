/** A simulated Oura, a receiver as ours answers, and the program between them. */
import { type RunningSimulator, serveSimulator } from "../../simulator/mod.ts";
import { simulatedApp } from "../../commands/demo/simulated_app.ts";
import { verificationToken } from "../../lib/oura/webhooks/callback.ts";
import type { ProbeResult } from "../../server/subscriptions/probe.ts";
import type { EnsureReport, ReportedSubscription } from "../../server/subscriptions/report.ts";
import { runInProcess } from "../support/in_process.ts";
import type { Ended } from "../support/run.ts";

/** What a test may steer about the receiver. */
export interface StandInReceiver {
  readonly url: string;
  /** Status of every answer, in place of the right one. */
  status: number | null;
  /** Paths of the handshakes that were refused whatever their token. */
  readonly refusing: Set<string>;
  /** Whether it takes events without looking at their signature. */
  credulous: boolean;
  /** Method and path of every call. */
  readonly calls: string[];
}

/** What the commands print as JSON; each has some of it. */
export interface Document extends EnsureReport {
  readonly subscriptions: readonly ReportedSubscription[];
  readonly handshakes: readonly ProbeResult[];
  readonly signature: ProbeResult;
  readonly error: { readonly code: string };
}

/** A test's world. */
export interface World {
  readonly oura: RunningSimulator;
  readonly receiver: StandInReceiver;
  readonly env: Readonly<Record<string, string>>;
  /** The real clock of the simulator moves on. */
  pass(days: number): void;
  /** Writes oura.yaml. */
  configure(webhooks: string, types?: string): Promise<void>;
  run(...args: string[]): Promise<Ended>;
  /** Runs with `--json`. */
  json(...args: string[]): Promise<{ exitCode: number; document: Document }>;
  /** Everything that was printed so far. */
  readonly printed: string[];
}

/** Registers a test in a world of its own. */
export function webhookTest(name: string, body: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    let days = 0;
    const oura = serveSimulator({
      days: 30,
      users: [{ zone: "UTC" }],
      clock: () => Date.now() + days * 86_400_000,
    });
    const app = simulatedApp(oura.url);
    const directory = await Deno.makeTempDir({ prefix: "oura-sync-webhooks-" });
    const receiver: StandInReceiver = {
      url: "",
      status: null,
      refusing: new Set(),
      credulous: false,
      calls: [],
    };
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => answer(receiver, request, app.OURA_CLIENT_SECRET!),
    );
    Object.assign(receiver, { url: `http://127.0.0.1:${server.addr.port}` });
    const printed: string[] = [];
    const world: World = {
      oura,
      receiver,
      env: app,
      printed,
      pass: (more) => days += more,
      configure: (webhooks, types = "{ sleep: {}, daily_sleep: {}, heart_rate: {} }") =>
        Deno.writeTextFile(
          `${directory}/oura.yaml`,
          `version: 1\nwebhooks: ${webhooks}\ndata_types: ${types}\n`,
        ),
      async run(...args) {
        const ended = await runInProcess({ directory, env: app }, args);
        printed.push(ended.out, ended.err);
        return ended;
      },
      async json(...args) {
        const { exitCode, out } = await world.run(...args, "--json");
        return { exitCode, document: JSON.parse(out) };
      },
    };
    try {
      await world.configure(`{ url: ${receiver.url} }`);
      await body(world);
    } finally {
      await oura.close();
      await server.shutdown();
      await Deno.remove(directory, { recursive: true });
    }
  });
}

async function answer(
  receiver: StandInReceiver,
  request: Request,
  secret: string,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  receiver.calls.push(`${request.method} ${pathname}`);
  await request.body?.cancel();
  if (receiver.status !== null) return new Response(null, { status: receiver.status });
  if (request.method === "POST") {
    return new Response(null, { status: receiver.credulous ? 200 : 401 });
  }
  const expected = await verificationToken(receiver.url + pathname, secret);
  const isRefused = receiver.refusing.has(pathname) ||
    searchParams.get("verification_token") !== expected;
  return isRefused
    ? new Response(null, { status: 401 })
    : Response.json({ challenge: searchParams.get("challenge") });
}

/** Makes a subscription as another program of the same app does. */
export async function subscribe(
  { oura, env, receiver }: World,
  eventType: string,
  dataType: string,
): Promise<string> {
  const callbackUrl = `${receiver.url}/elsewhere`;
  const response = await fetch(`${oura.url}/v2/webhook/subscription`, {
    method: "POST",
    headers: { "x-client-id": env.OURA_CLIENT_ID!, "x-client-secret": env.OURA_CLIENT_SECRET! },
    body: JSON.stringify({
      callback_url: callbackUrl,
      verification_token: await verificationToken(callbackUrl, env.OURA_CLIENT_SECRET!),
      event_type: eventType,
      data_type: dataType,
    }),
  });
  const { id } = await response.json();
  return id;
}
