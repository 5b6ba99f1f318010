/**
 * Writes text as UTF-8 into one growing array of bytes. Lines that are put together from pieces of
 * text cost several short-lived objects each, and garbage collection is what a load spends most on.
 */

const UTF8 = new TextEncoder();
const LAST_ASCII = 0x7f;
const BACKSLASH = "\\".charCodeAt(0);

/** See the head of the file. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param room Bytes that there is room for at first. */
  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** What was written: a view, which later writing may leave behind. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets all but the first `length` bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  /** Writes a text, which must be well-formed. */
  text(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(3 * text.length);
    const bytes = this.#bytes;
    let length = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > LAST_ASCII) {
        this.#length = length + UTF8.encodeInto(text.slice(i), bytes.subarray(length)).written;
        return;
      }
      bytes[length++] = code;
    }
    this.#length = length;
  }

  /** Writes bytes from `start` to before `end`. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let length = this.#length;
    for (let i = start; i < end; i++) bytes[length++] = source[i]!;
    this.#length = length;
  }

  /** The same with every backslash doubled. */
  copyEscaped(source: Uint8Array, start: number, end: number): void {
    this.#reserve(2 * (end - start));
    const bytes = this.#bytes;
    let length = this.#length;
    for (let i = start; i < end; i++) {
      const byte = source[i]!;
      if (byte === BACKSLASH) bytes[length++] = BACKSLASH;
      bytes[length++] = byte;
    }
    this.#length = length;
  }

  #reserve(room: number): void {
    if (this.#length + room <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + room));
    grown.set(this.written());
    this.#bytes = grown;
  }
}
