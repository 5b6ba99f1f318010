/**
 * Asks Oura for the single documents that a list lacks, before they are marked deleted. An empty
 * list may be a deletion or a disturbance; the document's own route tells: 404 is a deletion.
 */
import type { ServedType } from "../../../config/model.ts";
import type { Database } from "../../../lib/db/driver/database.ts";
import { retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import { OuraSyncError, SignInError } from "../../../lib/errors.ts";
import { AccessDeniedError, DocumentNotFoundError } from "../../../lib/oura/errors.ts";
import type { OuraHttp } from "../../../lib/oura/http/http.ts";
import { NO_VERDICT, type SeenDocuments, type Verdict } from "../../stages/tombstones.ts";

/** Requests for single documents in one run: an hourly run must stay far below Oura's limit. */
const MOST_REQUESTS = 10;

/** Whose documents, and how to reach them. */
interface Reading {
  readonly db: Database;
  readonly userId: string;
  readonly signal: AbortSignal;
}

/** The single documents a run may still ask for. */
export class MissingDocuments {
  readonly #http: OuraHttp;
  #left = MOST_REQUESTS;

  constructor(http: OuraHttp) {
    this.#http = http;
  }

  /**
   * Asks for the stored documents of a window that its complete reading lacks.
   * @param began When the reading began, by `performance.now()`.
   * @throws {SignInError} When the sign-in turns out dead.
   * @throws The reason of the signal, when it is aborted.
   */
  async ask(
    { db, userId, signal }: Reading,
    type: ServedType,
    seen: SeenDocuments,
    began: number,
  ): Promise<Verdict> {
    if (!type.singleDocument || this.#left === 0) return NO_VERDICT;
    const ids = await retryTransaction(
      db,
      (tx) => seen.missing(tx, userId, performance.now() - began, this.#left),
      { signal },
    );
    const verdict = { gone: [] as string[], spared: [] as string[] };
    for (const id of ids) {
      if (this.#left === 0) break;
      this.#left--;
      (await this.#isGone(type, id, signal) ? verdict.gone : verdict.spared).push(id);
    }
    return verdict;
  }

  async #isGone(type: ServedType, id: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#http.getJson(`${type.endpoint}/${encodeURIComponent(id)}`, {}, signal);
      return false;
    } catch (error) {
      if (error instanceof DocumentNotFoundError) return true;
      if (!(error instanceof OuraSyncError) || error instanceof SignInError) throw error;
      // The list was answered, so this route has trouble of its own: the next run asks again.
      if (!(error instanceof AccessDeniedError)) this.#left = 0;
      return false;
    }
  }
}
