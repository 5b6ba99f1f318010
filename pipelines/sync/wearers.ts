/** The wearers a command works for, each with an API client that keeps its token fresh. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { GrantSummary } from "../../lib/db/vault/grant.ts";
import { UsageError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { OuraHttp } from "../../lib/oura/http/http.ts";
import { RateGate, type RateGateOptions } from "../../lib/oura/http/rate_gate.ts";
import { staticToken, type TokenProvider } from "../../lib/oura/token_provider.ts";
import { telemetry } from "../../lib/log/telemetry.ts";
import type { TokenKeeper } from "../../lib/auth/token_keeper.ts";
import { identifyWearer } from "./identify_wearer.ts";
import { qualifyCommands } from "../../commands/_cli/command_names.ts";

/** A wearer, ready to be synced. */
export interface WearerAccess {
  userId: string;
  http: OuraHttp;
}

/** A wearer whose turn has not come. */
export interface ChosenWearer {
  /** Null where only Oura knows: the owner of a given token. */
  readonly userId: string | null;
  /**
   * Makes the wearer ready.
   * @throws {SignInError} When the sign-in is dead.
   * @throws {UsageError} When `--user-id` names somebody else than the given token's owner.
   */
  open(): Promise<WearerAccess>;
}

/** Which wearers are meant. */
export interface WearerOptions {
  userId?: string;
  allUsers?: boolean;
  /** A caller's own way to a token, instead of the stored sign-ins. */
  tokens?: TokenProvider;
}

/** How patient the API clients are, and how they are stopped. */
export interface AccessOptions extends Pick<RateGateOptions, "patienceMs" | "budget"> {
  signal?: AbortSignal;
}

/**
 * The wearers meant. Each is opened when its turn comes, so that one dead sign-in leaves the others
 * alone. With `OURA_ACCESS_TOKEN` there is one: the token's own.
 * @throws {SignInError} When nobody is signed in.
 */
export async function chooseWearers(
  settings: Settings,
  db: Database,
  options: WearerOptions,
  { signal, ...limits }: AccessOptions = {},
): Promise<ChosenWearer[]> {
  const client = clientMaker(settings, limits);
  const { accessToken } = settings;
  const tokens = options.tokens ?? (accessToken === null ? null : staticToken(accessToken));
  if (tokens !== null) {
    const open = () => openIdentified(client(tokens), options.userId, signal);
    return [{ userId: options.userId ?? null, open }];
  }
  const { chooseWearer, openRevived, openWearer, readSignIns } = await import(
    "../../lib/auth/open_wearer.ts"
  );
  const access = async (opening: Promise<TokenKeeper>) => {
    const keeper = await opening;
    return { userId: keeper.userId, http: client(keeper) };
  };
  const stored = (userId: string): ChosenWearer => ({
    userId,
    open: () => access(openWearer(settings, db, userId)),
  });
  if (options.userId !== undefined) {
    return [stored((await chooseWearer(db, options.userId)).userId)];
  }
  const { all, living, dead } = await readSignIns(db);
  if (options.allUsers) return all.map((each) => stored(each.userId));
  const [first] = living;
  if (!first) {
    return [{ userId: dead[0]!.userId, open: () => access(openRevived(settings, db, dead)) }];
  }
  const older = all.slice(0, all.indexOf(first));
  if (older.length > 0) loggerOf("sync").warn("{notice}", { notice: passedOver(first, older) });
  return [stored(first.userId)];
}

/** Which sign-in is taken, which older ones it replaces, and how to choose. */
function passedOver({ userId }: GrantSummary, older: readonly GrantSummary[]): string {
  const names = older.map((each) => each.userId);
  return qualifyCommands(
    `Wearer ${userId} is taken, because the older sign-in of ${names.join(", ")} has ended. ` +
      "Choose with --user-id or --all-users. `auth login` signs in again; " +
      `\`auth logout --user-id ${names[0]}\` removes the one that ended.`,
  );
}

/** All clients share one gate: what Oura limits is the app. */
function clientMaker(settings: Settings, limits: Omit<AccessOptions, "signal">) {
  const log = loggerOf("oura");
  const gate = new RateGate({
    ...limits,
    onWait: (ms) => {
      telemetry().count("waits", 1);
      log.warn("Requests wait {seconds} s for the rate limit.", { seconds: Math.ceil(ms / 1000) });
    },
  });
  return (tokens: TokenProvider) =>
    new OuraHttp({
      tokens,
      baseUrl: settings.apiUrl,
      gate,
      onRetry: (path, problem, attempt) => {
        telemetry().count("retries", 1, { "oura_sync.path": path });
        log.warn("Attempt {attempt} for {path} failed: {problem}.", { attempt, path, problem });
      },
    });
}

async function openIdentified(
  http: OuraHttp,
  wanted: string | undefined,
  signal: AbortSignal | undefined,
): Promise<WearerAccess> {
  const userId = await identifyWearer(http, signal);
  if (wanted === undefined || wanted === userId) return { userId, http };
  throw new UsageError(
    "WEARER_MISMATCH",
    `the access token belongs to wearer ${userId}, not to ${wanted}`,
    { hint: "Leave out --user-id, or unset OURA_ACCESS_TOKEN to use the stored sign-ins." },
  );
}
