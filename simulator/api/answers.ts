/** Answers that are not data. Oura's errors come with JSON, with nothing at all, or with HTML. */

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return text(JSON.stringify(body), status, headers);
}

/** An answer whose JSON is already written. */
export function text(body: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** A status with an empty body: common for 401 and 403. */
export function empty(status: number): Response {
  return new Response(null, { status });
}

/** A status with the HTML page of the proxy in front. */
export function html(status: number, title: string): Response {
  return new Response(`<html><head><title>${title}</title></head><body>${title}</body></html>`, {
    status,
    headers: { "content-type": "text/html" },
  });
}

/** 400 with a detail. */
export function badRequest(detail: string): Response {
  return json({ detail }, 400);
}

/** 404 of a single-document route. */
export function notFound(): Response {
  return json({ detail: "Document not found." }, 404);
}

/** 422 in the shape of the specification's ValidationError. */
export function unprocessable(parameter: string, input: string, msg: string): Response {
  return json({
    detail: [{ type: "value_error", loc: ["query", parameter], msg, input, ctx: {} }],
  }, 422);
}
