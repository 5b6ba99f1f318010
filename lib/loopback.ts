/** What counts as this very machine: plain http is allowed there and nowhere else. */

const LOOPBACK_V4 = /^127(\.\d{1,3}){3}$/;

/** Whether a URL points at this machine: `localhost`, 127.0.0.0/8 or `[::1]`. */
export function isLoopback(url: URL): boolean {
  return url.hostname === "localhost" || url.hostname === "[::1]" || LOOPBACK_V4.test(url.hostname);
}

/** Whether secrets may travel to this URL: https, or http to this machine. */
export function isSafeForSecrets(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));
}
