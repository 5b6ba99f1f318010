/** Answers of a token endpoint that a client must not fall for. All are 200 but the redirect. */
import { json, text } from "../api/answers.ts";
import type { FaultKind } from "./rules.ts";

const HUGE = 5 * 1024 * 1024;

/** Spoils a good token answer. */
export async function tokenAnswer(kind: FaultKind, good: Response): Promise<Response> {
  const body: Record<string, unknown> = await good.json();
  switch (kind) {
    case "tokenHtml":
      return new Response("<html><body>Please sign in</body></html>", {
        headers: { "content-type": "text/html" },
      });
    case "tokenEmpty":
      return new Response(null, { status: 200 });
    case "tokenMissingAccess":
      return json({ ...body, access_token: undefined });
    case "tokenMissingRefresh":
      return json({ ...body, refresh_token: undefined });
    case "tokenBlank":
      return json({ ...body, access_token: "", refresh_token: "" });
    case "tokenBadExpiry":
      return json({ ...body, expires_in: "soon" });
    case "tokenArray":
      return json([body]);
    case "tokenRedirect":
      return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
    case "tokenHuge":
      return text(JSON.stringify({ ...body, padding: "x".repeat(HUGE) }));
    default:
      return good;
  }
}
