/** Requests for nights, and what may not be said when one fails. */
import assert from "node:assert/strict";
import { OuraSyncError } from "../../../lib/errors.ts";
import type { OuraHttp } from "../../../lib/oura/http/http.ts";
import { TOKEN } from "../support.ts";

/** What is asked for. */
export const PATH = "/v2/usercollection/sleep";
export const QUERY = { start_date: "2026-05-01", end_date: "2026-05-03" };
/** Asks for nights. */
export const ask = (http: OuraHttp, signal?: AbortSignal) => http.getJson(PATH, QUERY, signal);
/** What Oura says is shown for 400 and 422 alone, which have tests of their own. */
export const status = (code: number, headers: Record<string, string> = {}) =>
  new Response([400, 422].includes(code) ? "" : '{"detail":"secret-health-value"}', {
    status: code,
    headers,
  });
/** An empty answer. */
export const fine = () => Response.json({ data: [] });

/** The failure of a request, which must not show the token, the days asked for or the body. */
export async function failure(request: Promise<unknown>): Promise<OuraSyncError> {
  const error = await request.then(() => assert.fail("it went well"), (error) => error);
  assert.ok(error instanceof OuraSyncError, String(error));
  for (const text of [error.message, error.hint ?? "", String(error), JSON.stringify(error)]) {
    for (
      const secret of [TOKEN, "fresh-token", "2026-05-01", "secret-health-value"]
    ) {
      assert.ok(!text.includes(secret), `"${text}" shows ${secret}`);
    }
  }
  return error;
}
