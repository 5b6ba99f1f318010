/** Markup as text. What is put into it is escaped, unless it is markup itself. */

/** Text that is markup already. */
export class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

/** Text that is markup although it was not written here, such as a style sheet. @param {string} text */
export function raw(text) {
  return new Markup(text);
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** @param {unknown} value */
export function escape(value) {
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** @param {unknown} value @returns {string} */
function piece(value) {
  if (value === null || value === undefined || value === false || value === true) return "";
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(piece).join("");
  return escape(value);
}

/**
 * Markup of a template: `html\`<b>${name}</b>\``.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function html(strings, ...values) {
  let text = strings[0];
  for (let i = 0; i < values.length; i++) text += piece(values[i]) + strings[i + 1];
  return new Markup(text);
}

/** Numbers in attributes of pictures: short, and never in scientific notation. @param {number} value */
export function px(value) {
  return Math.round(value * 10) / 10;
}
