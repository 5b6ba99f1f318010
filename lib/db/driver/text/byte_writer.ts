/**
 * Writes text as UTF-8 into one growing array of bytes. Lines that are joined from pieces of text
 * cost several short-lived objects each, and a load spends most of its time on garbage collection.
 */

const UTF8 = new TextEncoder();
const LAST_ASCII = 0x7f;
/** Up to this length a loop is quicker than a call of the encoder, or of `set`. */
const SHORT = 32;
const FIRST_PRINTED = " ".charCodeAt(0);
const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = "\\".charCodeAt(0);
/** Characters of a safe integer with its sign, at most. */
const MOST_DIGITS = 20;
const ZERO = "0".charCodeAt(0);
const MINUS = "-".charCodeAt(0);
/** Numbers below it are divided as 32-bit integers. */
const BILLION = 1e9;

/** Bytes that grow as text is written. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param room Bytes to reserve at first. */
  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** The written bytes, as a view: later writing may move to another array. */
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
    if (text.length > SHORT) {
      this.#length += UTF8.encodeInto(text, this.#bytes.subarray(this.#length)).written;
      return;
    }
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

  /**
   * Writes a text between quotes, as JSON does.
   * @returns False where it has a character that JSON escapes or that takes more than one byte; then
   * nothing, or a part, was written.
   */
  plainJsonText(text: string): boolean {
    this.#reserve(text.length + 2);
    const bytes = this.#bytes;
    let length = this.#length;
    bytes[length++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < FIRST_PRINTED || code >= LAST_ASCII || code === QUOTE || code === BACKSLASH) {
        return false;
      }
      bytes[length++] = code;
    }
    bytes[length++] = QUOTE;
    this.#length = length;
    return true;
  }

  /** Writes a whole number, which must be a safe integer, in decimal. */
  integer(value: number): void {
    this.#reserve(MOST_DIGITS);
    if (value < 0) this.#bytes[this.#length++] = MINUS;
    const positive = Math.abs(value);
    const high = Math.floor(positive / BILLION);
    if (high > 0) this.#integer(high);
    if (high > 0) this.digits(positive - high * BILLION, 9);
    else this.#integer(positive);
  }

  /** @param value Less than a billion. */
  #integer(value: number): void {
    let width = 1;
    for (let most = 10; most <= value; most *= 10) width++;
    this.digits(value, width);
  }

  /**
   * Writes a number with leading zeros.
   * @param value Less than a billion, not negative.
   */
  digits(value: number, width: number): void {
    this.#reserve(width);
    const bytes = this.#bytes;
    let left = value | 0;
    for (let place = this.#length + width - 1; place >= this.#length; place--) {
      const rest = (left / 10) | 0;
      bytes[place] = ZERO + left - 10 * rest;
      left = rest;
    }
    this.#length += width;
  }

  /** Writes the lowest bits of a whole number in one byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes the lowest 16 bits of a whole number, the highest byte first. */
  int16(value: number): void {
    this.#reserve(2);
    const bytes = this.#bytes;
    bytes[this.#length++] = value >> 8;
    bytes[this.#length++] = value;
  }

  /** The same with 32 bits. */
  int32(value: number): void {
    this.#reserve(4);
    this.#length = this.#putInt32(this.#length, value);
  }

  /** The same with 64 bits, of a safe integer. */
  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value);
  }

  /** Writes a text behind its length in bytes, a number of 32 bits. */
  textWithLength(text: string): void {
    const place = this.#length;
    this.int32(0);
    this.text(text);
    this.#putInt32(place, this.#length - place - 4);
  }

  /** @returns The place behind it. */
  #putInt32(place: number, value: number): number {
    const bytes = this.#bytes;
    bytes[place] = value >> 24;
    bytes[place + 1] = value >> 16;
    bytes[place + 2] = value >> 8;
    bytes[place + 3] = value;
    return place + 4;
  }

  /** Writes bytes from `start` to before `end`. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let length = this.#length;
    this.#length += end - start;
    if (end - start > SHORT) bytes.set(source.subarray(start, end), length);
    else for (let i = start; i < end; i++) bytes[length++] = source[i]!;
  }

  /** Writes bytes like {@linkcode copy}, with every backslash doubled. */
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
