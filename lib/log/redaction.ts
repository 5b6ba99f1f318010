/** Cuts known secrets out of texts of others, in the forms in which a server may repeat them. */

/**
 * Replaces every secret, as it is or encoded: for a URL (`%2B`, `+` for a blank), for a form, in
 * base64, and as the `id:secret` of basic authentication.
 * @param secrets Empty ones are ignored.
 * @param names What may come before a secret in basic authentication, such as the client id.
 */
export function redact(
  text: string,
  secrets: readonly string[],
  names: readonly string[] = [],
): string {
  const forms = secrets.filter((secret) => secret !== "").flatMap((secret) =>
    formsOf(secret, names)
  );
  // The longest first: a shorter one may be a part of it.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((rest, form) => rest.replaceAll(form, "[hidden]"), text);
}

function formsOf(secret: string, names: readonly string[]): string[] {
  const percent = encodeURIComponent(secret);
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  const urls = [percent, form, strictPercent(secret)];
  const basic = names.flatMap((name) => [
    `${name}:${secret}`,
    `${encodeURIComponent(name)}:${percent}`,
    `${encodeURIComponent(name)}:${form}`,
  ]);
  const encoded = [secret, ...basic].flatMap(base64Forms);
  const twice = urls.map(encodeURIComponent);
  const all = [secret, ...urls, ...twice, ...encoded, ...encoded.map(encodeURIComponent)];
  return [...new Set([...all, ...all.map(lowerCaseEscapes)])];
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function strictPercent(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function lowerCaseEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

function base64Forms(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  return (["base64", "base64url"] as const).flatMap((alphabet) => [
    bytes.toBase64({ alphabet }),
    bytes.toBase64({ alphabet, omitPadding: true }),
  ]);
}
