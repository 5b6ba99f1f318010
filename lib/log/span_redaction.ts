/**
 * What Deno writes into spans by itself: the whole URL of every request made or answered. Some of
 * Oura's carry a token or a code in their query, and a health check's path is its key, so both are
 * taken out before a span is exported.
 */
import type { AttributeValue, Span } from "@opentelemetry/api";

const REDACTED = "[redacted]";

/** Beginnings of URLs whose path is a secret. */
const secretUrls = new Set<string>();

/** From now on spans show of URLs that begin like this no more than the server. */
export function hidePath(url: string): void {
  const { origin, pathname } = new URL(url);
  secretUrls.add(origin + pathname.replace(/\/+$/, ""));
}

/**
 * Redacts the attributes and exceptions of all spans of the same kind as `sample`, those that Deno
 * begins included: there is no other way to its spans.
 */
export function redactSpansLike(sample: Span): void {
  const prototype = Object.getPrototypeOf(sample) as Span;
  const { setAttribute, addEvent } = prototype;
  const secretive = new WeakSet<Span>();
  prototype.setAttribute = function (this: Span, name: string, value: AttributeValue): Span {
    if (name === "url.full" && isSecret(String(value))) secretive.add(this);
    return setAttribute.call(this, name, redactAttribute(name, value, secretive.has(this)));
  };
  prototype.addEvent = function (this: Span, name, attributes, time): Span {
    return addEvent.call(this, name, redactTexts(attributes), time);
  };
}

/** `hasSecretPath`: whether the span's URL, which Deno sets first, is a secret one. */
function redactAttribute(
  name: string,
  value: AttributeValue,
  hasSecretPath: boolean,
): AttributeValue {
  switch (name) {
    case "url.full":
      return redactUrls(String(value));
    case "url.path":
      return hasSecretPath ? `/${REDACTED}` : value;
    case "url.query":
      return value === "" ? value : REDACTED;
    default:
      return value;
  }
}

/** The messages of exceptions name the URL too. */
function redactTexts<T>(attributes: T): T {
  if (typeof attributes !== "object" || attributes === null) return attributes;
  const texts = Object.entries(attributes).map(([name, value]) =>
    [name, typeof value === "string" ? redactUrls(value) : value] as const
  );
  return Array.isArray(attributes) || attributes instanceof Date
    ? attributes
    : Object.fromEntries(texts) as T;
}

function redactUrls(text: string): string {
  return text.replace(/https?:\/\/[^\s"'<>)]+/g, (url) => {
    if (isSecret(url)) return `${new URL(url).origin}/${REDACTED}`;
    return url.replace(/\?.*$/, `?${REDACTED}`);
  });
}

function isSecret(url: string): boolean {
  return [...secretUrls].some((secret) => url.startsWith(secret));
}
