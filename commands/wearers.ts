/** The wearers a command works for, each with an API client that keeps its token fresh. */
import type { Settings } from "../config/settings.ts";
import type { Database } from "../lib/db/database.ts";
import { UsageError } from "../lib/errors.ts";
import { loggerOf } from "../lib/log.ts";
import { OuraHttp } from "../lib/oura/http.ts";
import { RateGate } from "../lib/oura/rate_gate.ts";
import { staticToken, type TokenProvider } from "../lib/oura/token_provider.ts";
import { identifyWearer } from "../pipelines/wearer.ts";

/** A wearer, ready to be synced. */
export interface WearerAccess {
  userId: string;
  http: OuraHttp;
}

/** Which wearers are meant. */
export interface WearerOptions {
  userId?: string;
  allUsers?: boolean;
}

/**
 * Opens the wearers one after the other, so that one dead sign-in is met only when its turn comes.
 * With `OURA_ACCESS_TOKEN` there is one: the token's own.
 * @throws {SignInError} When nobody is signed in, or a sign-in is dead.
 * @throws {UsageError} When `--user-id` names somebody else than the static token.
 */
export async function* openWearers(
  settings: Settings,
  db: Database,
  options: WearerOptions,
): AsyncGenerator<WearerAccess> {
  const gate = new RateGate({
    onWait: (ms) =>
      loggerOf("oura").warn("Oura asks us to wait {seconds} s.", {
        seconds: Math.ceil(ms / 1000),
      }),
  });
  const client = (tokens: TokenProvider) =>
    new OuraHttp({
      tokens,
      baseUrl: settings.apiUrl,
      gate,
      onRetry: (path, problem, attempt) =>
        loggerOf("oura").warn("Attempt {attempt} for {path} failed: {problem}.", {
          attempt,
          path,
          problem,
        }),
    });
  if (settings.accessToken !== null) {
    const http = client(staticToken(settings.accessToken));
    const userId = await identifyWearer(http);
    if (options.userId !== undefined && options.userId !== userId) {
      throw new UsageError(
        "WEARER_MISMATCH",
        `OURA_ACCESS_TOKEN belongs to wearer ${userId}, not to ${options.userId}`,
        { hint: "Leave out --user-id, or unset OURA_ACCESS_TOKEN to use the stored sign-ins." },
      );
    }
    yield { userId, http };
    return;
  }
  const { openWearer } = await import("../pipelines/sign_in/wearers.ts");
  for (const userId of await chosenWearers(db, options)) {
    const keeper = await openWearer(settings, db, userId);
    yield { userId: keeper.userId, http: client(keeper) };
  }
}

async function chosenWearers(
  db: Database,
  options: WearerOptions,
): Promise<(string | undefined)[]> {
  if (!options.allUsers) return [options.userId];
  const { listGrants } = await import("../lib/db/vault/grants.ts");
  const grants = await listGrants(db);
  // Nobody signed in: the single-wearer path says so.
  return grants.length === 0 ? [undefined] : grants.map(({ userId }) => userId);
}
