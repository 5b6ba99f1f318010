/**
 * An instant of PostgreSQL in ISO 8601 with its offset: `2026-01-02T12:10:00+00:00`. The session's
 * time zone must be UTC.
 */
export function instantText(text: string): string {
  return text.replace(/^(\S+) (.+)\+00$/, "$1T$2+00:00");
}
