/** Reads response bodies within bounds: only the sender knows how long they are. */

/**
 * Reads a body whole.
 * @param take Asked for room before more bytes are kept; the body is read no faster than it answers.
 * @returns Its bytes, in a buffer of their own; null when there are more than `maxBytes`, of which no
 * more is read then.
 */
export async function readBody(
  { body }: { readonly body: ReadableStream<Uint8Array> | null },
  maxBytes: number,
  take?: (bytes: number) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const isOurs = body !== null && givesBuffersAway(body);
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
    if (isOurs) free(chunk);
  }
  return whole;
}

/**
 * Gives the memory of bytes back at once. It is outside of the heap: garbage collection is late, because
 * the objects that hold it are small.
 * @param bytes Whose buffer is no longer used.
 */
export function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/**
 * Whether the reader of the stream owns the buffers of its chunks. A byte stream, such as a response
 * from the network, transfers them; those of other streams may be in use elsewhere. Source: Streams
 * Standard, `ReadableByteStreamController.enqueue`.
 */
function givesBuffersAway(body: ReadableStream<Uint8Array>): boolean {
  try {
    body.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
