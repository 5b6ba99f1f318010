/** Whose token this is, and whether it is worth anything. */
import {
  OuraSyncError,
  OuraUnavailableError,
  PartialError,
  SignInError,
} from "../../lib/errors.ts";
import { AccessDeniedError, BadAnswerError } from "../../lib/oura/errors.ts";
import type { OuraHttp } from "../../lib/oura/http/http.ts";
import { PERSONAL_INFO, wearerIdOf } from "../../lib/oura/wearer_id.ts";
import { command } from "../../lib/program_command.ts";

/** 403 on everything: Oura opens the API of newer rings to members only. */
export class MembershipError extends PartialError {
  constructor(cause: unknown) {
    super(
      "OURA_MEMBERSHIP",
      "Oura refuses all that was asked for (403), and what any token may read: " +
        "most likely the membership has lapsed",
      {
        hint:
          "Gen3 and newer rings need an active Oura membership: https://ouraring.com/membership.",
        cause,
      },
    );
  }
}

/** 403 on the route that says whose token it is. Alone it tells nothing about the other routes. */
export class ProfileRefusedError extends PartialError {
  constructor(cause: unknown) {
    super(
      "OURA_PROFILE_REFUSED",
      `Oura refuses ${PERSONAL_INFO} (403), which says whose token this is`,
      {
        hint: 'Either the token lacks the scope "personal": sign in again and tick it. Or the ' +
          "membership has lapsed, which Gen3 and newer rings need: https://ouraring.com/membership.",
        cause,
      },
    );
  }
}

/**
 * The wearer's id: `personal_info.id`, which any token may read and webhooks speak of.
 * @throws {SignInError} When Oura refuses the token (401).
 * @throws {ProfileRefusedError} When Oura refuses the route (403).
 */
export async function identifyWearer(http: OuraHttp, signal?: AbortSignal): Promise<string> {
  try {
    const id = wearerIdOf(await http.getJson(PERSONAL_INFO, {}, signal));
    if (id !== null) return id;
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    throw error.refusal.status === 401 ? deadToken(error) : new ProfileRefusedError(error);
  }
  throw new BadAnswerError(PERSONAL_INFO, "it has no usable `id`");
}

/**
 * Why Oura denied everything it was asked for, told by the one route any token may read.
 * @param endpoints What it was asked for.
 * @returns A dead sign-in or a lapsed membership; null when the token is alive, so that the routes
 * themselves were refused: their scopes are missing.
 */
export async function explainDenial(
  http: OuraHttp,
  endpoints: readonly string[],
  signal?: AbortSignal,
): Promise<OuraSyncError | null> {
  try {
    await identifyWearer(http, signal);
    return null;
  } catch (error) {
    if (error instanceof SignInError) return error;
    if (error instanceof ProfileRefusedError) {
      const isAlone = endpoints.every((endpoint) => endpoint === PERSONAL_INFO);
      return isAlone ? error : new MembershipError(error);
    }
    if (error instanceof OuraSyncError) return null;
    throw error;
  }
}

/** Whether Oura answers at all, told by the one route any token may read. */
export async function isReachable(http: OuraHttp, signal?: AbortSignal): Promise<boolean> {
  try {
    await http.getJson(PERSONAL_INFO, {}, signal);
    return true;
  } catch (error) {
    if (!(error instanceof OuraSyncError)) throw error;
    // A refusal is an answer, too.
    return !(error instanceof OuraUnavailableError);
  }
}

/** The token is refused everywhere. */
function deadToken(cause: unknown): SignInError {
  return new SignInError("OURA_TOKEN_REFUSED", "Oura refuses the access token (401)", {
    hint:
      `Sign in again: ${command("auth login")}. If you set OURA_ACCESS_TOKEN, it is no longer ` +
      "valid.",
    cause,
  });
}
