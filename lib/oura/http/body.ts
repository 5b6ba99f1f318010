/** Reads response bodies within bounds: only the sender knows how long they are. */

/**
 * Reads a body whole.
 * @param take Asked for room before more bytes are kept; the body is read no faster than it answers.
 * @returns Its bytes; null when there are more than `maxBytes`, of which no more is read then.
 */
export async function readBody(
  { body }: { readonly body: ReadableStream<Uint8Array> | null },
  maxBytes: number,
  take?: (bytes: number) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) return null;
    if (take) await take(chunk.byteLength);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
