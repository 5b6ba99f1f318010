import type { App, Apps } from "./apps.ts";

/** The app that authenticates a request, by secret in the form or by Basic; undefined if it is unknown. */
export function clientOf(apps: Apps, request: Request, form: URLSearchParams): App | undefined {
  const basic = /^Basic +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  let clientId = form.get("client_id") ?? "";
  let clientSecret = form.get("client_secret") ?? "";
  if (basic !== undefined) {
    const pair = decode(basic);
    const colon = pair.indexOf(":");
    clientId = unquote(pair.slice(0, colon));
    clientSecret = unquote(pair.slice(colon + 1));
  }
  const app = apps.find(clientId);
  return app?.clientSecret === clientSecret ? app : undefined;
}

function decode(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return "";
  }
}

/** RFC 6749 has both halves of Basic form-encoded. */
function unquote(text: string): string {
  return new URLSearchParams(`value=${text}`).get("value") ?? "";
}
