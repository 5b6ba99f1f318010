/**
 * The characters that a database can store: every one in UTF8, a part of them in LATIN1, WIN1252,
 * EUC_JP and other encodings of PostgreSQL.
 */
import type { Queryable, Transaction } from "./database.ts";
import { hasSqlState, UNTRANSLATABLE } from "./errors/errors.ts";
import { command } from "../../program_command.ts";

/** The encoding that stores every character. */
const COMPLETE = "UTF8";

const NON_ASCII = /\P{ASCII}/gu;

/** What to do about an encoding that cannot store every character. */
export const ENCODING_HINT =
  "To store every document, create a database with ENCODING 'UTF8' and run " +
  `${command("sync --initial")} there.`;

/** What an encoding keeps from being stored; null when it stores every character. */
export function encodingProblem(encoding: string): string | null {
  if (encoding === COMPLETE) return null;
  return `the encoding of the database is ${encoding}; ` +
    "a document with a character that it cannot store goes into quarantine";
}

/** What is known about the characters of one database. Only the server can tell which fit. */
export class Repertoire {
  readonly #fits = new Map<string, boolean>();

  private constructor(
    /** As PostgreSQL names it. */
    readonly encoding: string,
  ) {}

  /** Null when the database stores every character. */
  static async of(db: Queryable): Promise<Repertoire | null> {
    const { rows: [found] } = await db.query<{ encoding: string }>(
      "SELECT current_setting('server_encoding') AS encoding",
    );
    const { encoding } = found!;
    return encoding === COMPLETE ? null : new Repertoire(encoding);
  }

  /** Asks the server about the characters of a text that are not known yet. */
  async learn(tx: Transaction, text: string): Promise<void> {
    const unknown = [...new Set(text.match(NON_ASCII))].filter((each) => !this.#fits.has(each));
    if (unknown.length > 0) await this.#probe(tx, unknown);
  }

  /** Whether the database can store a text whose characters were learned. */
  fits(text: string): boolean {
    return (text.match(NON_ASCII) ?? []).every((character) => this.#fits.get(character) === true);
  }

  /** Writes the characters of a JSON text that do not fit as `\uXXXX`. The value stays the same. */
  escape(json: string): string {
    return json.replace(
      NON_ASCII,
      (character) => this.#fits.get(character) === true ? character : escaped(character),
    );
  }

  /** PostgreSQL has no question for this: the conversion fails, or it does not. */
  async #probe(tx: Transaction, characters: readonly string[]): Promise<void> {
    let fit = true;
    try {
      await tx.savepoint(() => tx.query("SELECT length($1::text)", [characters.join("")]));
    } catch (error) {
      if (!hasSqlState(error, UNTRANSLATABLE)) throw error;
      fit = false;
    }
    if (fit || characters.length === 1) {
      for (const character of characters) this.#fits.set(character, fit);
      return;
    }
    const half = Math.ceil(characters.length / 2);
    await this.#probe(tx, characters.slice(0, half));
    await this.#probe(tx, characters.slice(half));
  }
}

function escaped(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
