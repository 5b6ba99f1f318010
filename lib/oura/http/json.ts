/** Reads JSON without losing digits: JavaScript's numbers hold about 16 of them. */

/**
 * Parses JSON as `JSON.parse` does. A whole number that JavaScript cannot hold comes as the text it
 * was sent as, which columns of sufficient size take digit by digit: rounded in silence, it would
 * look like what Oura sent.
 * @throws {SyntaxError} When it is not JSON.
 */
export function parseJson(text: string): unknown {
  return hasLongNumber(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

/** Whole numbers of fewer digits are exact. */
const EXACT_DIGITS = 15;
const ZERO = "0".charCodeAt(0);
const NINE = "9".charCodeAt(0);

/**
 * Whether so many digits stand in a row that a number may lose some. Any such row covers one of the
 * places looked at, which makes this far quicker than the parsing, or than a pattern.
 */
function hasLongNumber(text: string): boolean {
  const isDigitAt = (place: number) => {
    const code = text.charCodeAt(place);
    return code >= ZERO && code <= NINE;
  };
  for (let place = EXACT_DIGITS; place < text.length; place += EXACT_DIGITS + 1) {
    if (!isDigitAt(place)) continue;
    let first = place;
    while (isDigitAt(first - 1)) first--;
    let last = place;
    while (isDigitAt(last + 1)) last++;
    if (last - first >= EXACT_DIGITS) return true;
  }
  return false;
}

/** @param context What was written; the engine tells it of every value that holds no others. */
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  const isExact = typeof value !== "number" || Number.isSafeInteger(value) ||
    !Number.isInteger(value);
  return isExact || source === undefined || !/^-?\d+$/.test(source) ? value : source;
}
