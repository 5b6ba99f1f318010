/**
 * Whether a token fits an HTTP header as it is: one line of visible ASCII, without spaces. Another
 * one would fail at every request, with a message that shows it.
 */
export function isHeaderToken(token: string): boolean {
  return /^[!-~]+$/.test(token);
}
