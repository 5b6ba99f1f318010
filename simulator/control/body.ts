/** The JSON object of a control request. Throws RangeError or SyntaxError for anything else. */
export async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const body: unknown = JSON.parse(await request.text() || "{}");
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new RangeError("the body must be a JSON object");
  }
  return body as Record<string, unknown>;
}

/** A member that must be a text. */
export function textOf(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value !== "string") throw new RangeError(`${name} must be a text`);
  return value;
}

/** A member that must be a list of texts. */
export function textsOf(body: Record<string, unknown>, name: string): string[] {
  const value = body[name];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new RangeError(`${name} must be a list of texts`);
}
