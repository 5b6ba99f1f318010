/**
 * Who a fresh token belongs to. Asked apart from the API's client: nothing is stored yet, so that
 * the answer is bounded and checked like a token's, and no token is refreshed for it.
 */
import { OuraUnavailableError, SignInError } from "../../errors.ts";
import { PERSONAL_INFO, wearerIdOf } from "../wearer_id.ts";
import { boundedFetch, TransportError } from "./bounded_fetch.ts";
import { type RequestOptions, TOKEN_BOUNDS } from "./token_endpoint.ts";
import { command } from "../../program_command.ts";

/**
 * `personal_info.id`, which any token may read (OpenAPI 1.41), regardless of its scopes.
 * @throws {SignInError} When Oura refuses the new token.
 * @throws {OuraUnavailableError} When there is no usable answer.
 */
export async function readWearerId(
  apiUrl: string,
  accessToken: string,
  options: RequestOptions = {},
): Promise<string> {
  const url = new URL(PERSONAL_INFO, apiUrl);
  const request = boundedFetch(options.bounds ?? TOKEN_BOUNDS, options.fetch);
  let response: Response;
  try {
    response = await request(url, { headers: { authorization: `Bearer ${accessToken}` } });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw unavailable(error.message);
  }
  if (response.status === 401 || response.status === 403) {
    throw new SignInError(
      "SIGN_IN_NO_ACCESS",
      `Oura granted access and then refused the new token for ${PERSONAL_INFO} (${response.status}).`,
      {
        hint:
          "Rings from generation 3 on need an active Oura membership; check it in the app. If " +
          `it is active, run ${command("auth login")} again and tick the scope "personal".`,
      },
    );
  }
  if (response.status !== 200) throw unavailable(`it answered ${response.status}`);
  const id = wearerIdOf(await response.json().catch(() => null));
  if (id === null) throw unavailable("its answer contains no wearer id");
  return id;
}

function unavailable(what: string): OuraUnavailableError {
  return new OuraUnavailableError("OURA_API", `Oura's API did not say who signed in: ${what}.`, {
    hint: `Nothing was stored. Run ${command("auth login")} again later.`,
  });
}
