/** Whose token this is. */
import { AccessDeniedError, BadAnswerError } from "../lib/oura/errors.ts";
import type { OuraHttp } from "../lib/oura/http.ts";
import { deadToken, MembershipError } from "./outcome.ts";

const PERSONAL_INFO = "/v2/usercollection/personal_info";

/**
 * The wearer's id: `personal_info.id`, which any token may read and webhooks speak of.
 * @throws {SignInError} When Oura refuses the token.
 */
export async function identifyWearer(http: OuraHttp, signal?: AbortSignal): Promise<string> {
  try {
    const info = await http.getJson(PERSONAL_INFO, {}, signal);
    const id = (info as { id?: unknown } | null)?.id;
    if (typeof id === "string" && id !== "") return id;
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    throw error.refusal.status === 401 ? deadToken(error) : new MembershipError(error);
  }
  throw new BadAnswerError(PERSONAL_INFO, "it has no `id`");
}
