/** The wearers that a command works for. */
import type { GrantSummary } from "../../lib/db/vault/grant.ts";
import { chooseWearer, openRevived, readSignIns } from "../../lib/auth/open_wearer.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";
import { ownerOfToken, rememberOwner } from "../../lib/db/store/token_owners.ts";
import { wearerNamed } from "../../lib/db/store/wearers.ts";
import { UsageError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import type { OuraHttp } from "../../lib/oura/http/http.ts";
import type { Priority } from "../../lib/oura/http/rate_budget.ts";
import { staticToken, type TokenProvider } from "../../lib/oura/token_provider.ts";
import { identifyWearer } from "./identify_wearer.ts";
import type { Session } from "./session.ts";
import { command } from "../../lib/program_command.ts";

/** A wearer, ready to be synced. */
export interface WearerAccess {
  readonly userId: string;
  readonly http: OuraHttp;
}

/** A wearer who is not opened yet. */
export interface ChosenWearer {
  /** Null where only Oura knows: the owner of a given token. */
  readonly userId: string | null;
  /** Whether the wearer's sign-in is stored; with a given token it is not. */
  readonly isStored: boolean;
  /**
   * Makes the wearer ready.
   * @param priority What the requests are for.
   * @throws {SignInError} When the sign-in has expired.
   * @throws {UsageError} When `--user-id` names another wearer than the owner of the given token.
   */
  open(priority: Priority): Promise<WearerAccess>;
}

/** Which wearers to sync. */
export interface WearerOptions {
  /** An id, or a label. */
  userId?: string;
  allUsers?: boolean;
  /** A caller's own way to a token, instead of the stored sign-ins. */
  tokens?: TokenProvider;
}

/**
 * The wearers to sync. Each is opened when its job starts, so that one expired sign-in does not
 * affect the others. With `OURA_ACCESS_TOKEN` there is one: the owner of the token.
 * @throws {SignInError} When no wearer is signed in.
 */
export async function chooseWearers(
  session: Session,
  { userId: name, ...others }: WearerOptions,
): Promise<ChosenWearer[]> {
  const userId = name === undefined ? undefined : await wearerNamed(session.db, name);
  return await choose(session, userId === undefined ? others : { ...others, userId });
}

async function choose(session: Session, options: WearerOptions): Promise<ChosenWearer[]> {
  const { db, clients, settings: { accessToken } } = session;
  const given = options.tokens ?? accessToken;
  if (given !== null) {
    const open = (priority: Priority) => openIdentified(session, given, options.userId, priority);
    return [{ userId: options.userId ?? null, isStored: false, open }];
  }
  if (options.userId !== undefined) {
    return [signedIn(session, (await chooseWearer(db, options.userId)).userId)];
  }
  const { all, living, dead } = await readSignIns(db);
  if (options.allUsers) return all.map(({ userId }) => signedIn(session, userId));
  const [first] = living;
  if (!first) {
    const open = async (priority: Priority) =>
      accessOf(session, await openRevived(clients.tokenOf, dead), priority);
    return [{ userId: dead[0]!.userId, isStored: true, open }];
  }
  const older = all.slice(0, all.indexOf(first));
  if (older.length > 0) loggerOf("sync").warn("{notice}", { notice: passedOver(first, older) });
  return [signedIn(session, first.userId)];
}

/** A wearer whose sign-in is stored. */
export function signedIn(session: Session, userId: string): ChosenWearer {
  const open = async (priority: Priority) =>
    accessOf(session, await session.clients.tokenOf(userId), priority);
  return { userId, isStored: true, open };
}

function accessOf(
  { clients }: Session,
  tokens: TokenProvider & { readonly userId: string },
  priority: Priority,
): WearerAccess {
  return { userId: tokens.userId, http: clients.of(tokens, priority) };
}

/** Which sign-in is used, which older ones it replaces, and how to choose. */
function passedOver({ userId }: GrantSummary, older: readonly GrantSummary[]): string {
  const names = older.map((each) => each.userId);
  return `Using wearer ${userId}, because the older sign-in of ${names.join(", ")} has expired. ` +
    `Choose with --user-id or --all-users. To sign in again, run ${command("auth login")}; to ` +
    "remove the " +
    `expired sign-in, run ${command(`auth logout --user-id ${names[0]}`)}.`;
}

async function openIdentified(
  session: Session,
  given: TokenProvider | string,
  wanted: string | undefined,
  priority: Priority,
): Promise<WearerAccess> {
  const isToken = typeof given === "string";
  const http = session.clients.of(isToken ? staticToken(given) : given, priority);
  const userId = isToken
    ? await ownerOf(session, given, http)
    : await identifyWearer(http, session.signal);
  if (wanted === undefined || wanted === userId) return { userId, http };
  throw new UsageError(
    "WEARER_MISMATCH",
    `the access token belongs to wearer ${userId}, not to ${wanted}`,
    { hint: "Omit --user-id, or unset OURA_ACCESS_TOKEN to use the stored sign-ins." },
  );
}

/** Asks Oura whose token it is only once: the answer would be waited for before everything else. */
async function ownerOf(
  { db, signal, dryRun }: Session,
  token: string,
  http: OuraHttp,
): Promise<string> {
  if (dryRun) return await identifyWearer(http, signal);
  const known = await retryStatement(db, (each) => ownerOfToken(each, token), { signal });
  if (known !== null) return known;
  const userId = await identifyWearer(http, signal);
  await retryStatement(db, (each) => rememberOwner(each, token, userId), { signal });
  return userId;
}
