/** Who calls: behind a reverse proxy, what the proxy says. */
import type { Context } from "hono";

/** What `Deno.serve` knows of a call. */
interface CallInfo {
  readonly remoteAddr?: { readonly hostname?: string };
}

const ADDRESS = /^[0-9a-f.:]{2,45}$/i;
const PRIVATE =
  /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:)/i;

/**
 * The network a call comes from, for limits. The last entry of `X-Forwarded-For` is the one that the
 * nearest proxy wrote; it counts where the proxy is on this machine or in its private network.
 */
export function remoteOf(c: Context): string {
  const peer = (c.env as CallInfo | undefined)?.remoteAddr?.hostname ?? "unknown";
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  return networkOf(PRIVATE.test(peer) && ADDRESS.test(forwarded) ? forwarded : peer);
}

/** An address of IPv4 without its port; of IPv6 its first 64 bits, since a sender has all the others. */
function networkOf(address: string): string {
  if (address.includes(".")) return address.replace(/:\d+$/, "");
  if (!address.includes(":")) return address;
  const [head = [], tail] = address.split("::").map((part) => part.split(":"));
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array(Math.max(0, zeros)).fill("0"), ...tail ?? []].slice(0, 4).join(":");
}
