/** The world of sign-in by link: Oura, the routes, a clock, links, and browsers that open them. */
import assert from "node:assert/strict";
import type { Hono } from "hono";
import type { Database } from "../../../lib/db/driver/database.ts";
import { createInvitation, secretHash } from "../../../lib/db/store/invitations.ts";
import { join, type JoinOptions } from "../../../server/join/join.ts";
import { type RunningSimulator, serveSimulator } from "../../../simulator/mod.ts";
import { withPostgres } from "../../support/server_database.ts";
import { simulatedSettings } from "../../support/simulated_settings.ts";
import { shippedPipeline } from "../../support/sync_world.ts";

/** Where the links lead. */
export const PUBLIC = "https://lab.example.org";
/** What the clock shows at first. */
export const NOW = new Date("2026-11-25T12:00:00Z");
/** In milliseconds. */
export const DAY = 86_400_000;

/** A world: Oura, the routes, a clock, and links. */
export interface Scene {
  readonly oura: RunningSimulator;
  readonly db: Database;
  readonly app: Hono;
  readonly clock: { now: Date };
  /** Makes an invitation; returns the token. */
  invite(options?: { label?: string; study?: string; days?: number }): Promise<string>;
  browser(): Visitor;
}

/** Runs `body` with the routes of a database; `changes` are options of theirs. */
export async function onScene(
  db: Database,
  body: (scene: Scene) => Promise<void>,
  changes: Partial<JoinOptions> = {},
): Promise<void> {
  const oura = serveSimulator({ days: 3, users: 3 });
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-join-" });
  oura.simulator.oauth.apps.register({
    clientId: "sim-app",
    clientSecret: "sim-secret",
    portal: "moi",
    redirectUris: [`${PUBLIC}/join/callback`],
  });
  const clock = { now: NOW };
  try {
    const app = await join({
      db,
      settings: simulatedSettings(oura, directory),
      publicUrl: PUBLIC,
      types: shippedPipeline(db.schema).types,
      now: () => clock.now,
      ...changes,
    });
    await body({
      oura,
      db,
      app,
      clock,
      async invite({ label, study, days = 7 } = {}) {
        const bytes = crypto.getRandomValues(new Uint8Array(32));
        const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
        await createInvitation(db, {
          tokenHash: await secretHash(token),
          label: label ?? null,
          study: study ?? null,
          expiresAt: new Date(clock.now.getTime() + days * DAY),
          now: clock.now,
        });
        return token;
      },
      browser: () => new Visitor(app),
    });
  } finally {
    await oura.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** A browser with a cookie jar. */
export class Visitor {
  cookie = "";
  constructor(private readonly app: Hono) {}

  async ask(path: string, init: RequestInit = {}, env: object = {}) {
    const headers = new Headers(init.headers);
    if (this.cookie !== "") headers.set("cookie", this.cookie);
    const response = await this.app.request(`${PUBLIC}${path}`, { ...init, headers }, env);
    const set = response.headers.get("set-cookie");
    if (set !== null) this.cookie = set.split(";")[0]!;
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Opens the link and consents; returns Oura's address. */
  async leave(token: string): Promise<string> {
    const { text } = await this.ask(`/join/${token}`);
    const left = await this.post(token, /name="proof" value="(\w+)"/.exec(text)?.[1] ?? "");
    assert.equal(left.status, 200, left.text);
    const url = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(left.text)?.[1];
    assert.ok(url, left.text);
    return url.replaceAll("&amp;", "&");
  }

  post(token: string, proof: string, headers: Record<string, string> = {}) {
    return this.ask(`/join/${token}`, {
      method: "POST",
      body: new URLSearchParams({ proof }),
      headers,
    });
  }

  /** Goes to Oura as a wearer; returns where Oura sends the browser. */
  async consent(url: string, user: string, more: Record<string, string> = {}): Promise<string> {
    const asked = new URL(url);
    for (const [name, value] of Object.entries({ user, ...more })) {
      asked.searchParams.set(name, value);
    }
    const response = await fetch(asked, { redirect: "manual" });
    await response.body?.cancel();
    const target = new URL(response.headers.get("location")!);
    assert.equal(target.origin, PUBLIC);
    return target.pathname + target.search;
  }

  /** All of it. */
  async joinAs(token: string, user: string, more: Record<string, string> = {}) {
    return await this.ask(await this.consent(await this.leave(token), user, more));
  }
}

/** The id of one of the simulated wearers. */
export const idOf = ({ oura }: Scene, i: number) => oura.world.wearers[i]!.id;

/** Registers a test of the routes, on PostgreSQL alone. */
export function joinTest(
  name: string,
  body: (scene: Scene) => Promise<void>,
  changes: Partial<JoinOptions> = {},
): void {
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: () => withPostgres("oura", (db) => onScene(db, body, changes), { migrated: true }),
  });
}
