/**
 * A process of its own that wants a wearer's access token: `many processes` and `kill -9` are tested
 * with it. Reads its orders as JSON from the first argument, says `ready`, waits for a line, and
 * prints how it went. Never prints a token: only whether two of them are the same.
 */
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { RecoveryFiles } from "../../lib/db/vault/recovery_files.ts";
import { keyringOf } from "../../lib/db/vault/token_key.ts";
import { messageOf, OuraSyncError } from "../../lib/errors.ts";
import { type RefreshStep } from "../../lib/auth/refresh_protocol.ts";
import { TokenKeeper } from "../../lib/auth/token_keeper.ts";

/** Where a process kills itself: a step of the protocol, or with Oura's answer on its way. */
export type CrashPoint = RefreshStep | "in_flight";

/** What the process is told to do. */
export interface Orders {
  readonly databaseUrl: string;
  readonly directory: string;
  /** Base64. */
  readonly key: string;
  readonly userId: string;
  readonly app: { readonly clientId: string; readonly clientSecret: string };
  readonly endpoints: readonly string[];
  readonly claimMs: number;
  readonly crashAt: CrashPoint | null;
}

/** How it went. */
export type Report =
  | { readonly ok: true; readonly tokenDigest: string }
  | { readonly ok: false; readonly code: string; readonly exitCode: number; readonly text: string };

/** The first eight bytes of a token's SHA-256, hex. */
export async function digestOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).slice(0, 8).toHex();
}

function die(): void {
  Deno.kill(Deno.pid, "SIGKILL");
}

async function run(orders: Orders): Promise<Report> {
  const db = await openPostgres({ kind: "url", url: orders.databaseUrl }, { schema: "oura" });
  try {
    const keyring = await keyringOf(Uint8Array.fromBase64(orders.key));
    const recovery = await RecoveryFiles.of(orders.directory, db, orders.userId, keyring);
    await print("ready");
    await Deno.stdin.read(new Uint8Array(1));
    const keeper = await TokenKeeper.open({
      vault: { db, keyring },
      recovery,
      app: orders.app,
      endpoints: orders.endpoints,
      claimMs: orders.claimMs,
      onStep: (step) => {
        if (step === orders.crashAt) die();
      },
      request: {
        fetch: async (input, init) => {
          const response = await fetch(input, init);
          if (orders.crashAt === "in_flight") die();
          return response;
        },
      },
    }, orders.userId);
    return { ok: true, tokenDigest: await digestOf(await keeper.accessToken()) };
  } catch (error) {
    const known = error instanceof OuraSyncError;
    const code = known ? error.code : "BUG";
    return { ok: false, code, exitCode: known ? error.exitCode : 1, text: messageOf(error) };
  } finally {
    await db.close();
  }
}

async function print(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await print(JSON.stringify(await run(JSON.parse(Deno.args[0]!))));
