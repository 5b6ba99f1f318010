/**
 * The write-ahead copies of fresh token pairs. One is on this machine from the moment Oura's answer
 * was checked until the database has the pair, so that neither a crash nor a lost database loses it.
 */
import { z } from "zod";
import { makePrivateDirectory, removeUnfinished, writeSafely } from "../../process/safe_file.ts";
import { seal, unseal } from "./cipher.ts";
import type { Keyring } from "./token_key.ts";

/** What a refresh brought, with enough to tell later whether it still counts. */
export interface StoredPair {
  /** When the wearer signed in: another sign-in makes this pair worthless. */
  readonly obtainedAt: Date;
  /** The version of the row that was refreshed. */
  readonly version: number;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  readonly scopes: readonly string[] | null;
  readonly refreshedAt: Date;
}

const SUFFIX = ".recovery";

const fileSchema = z.object({ key_id: z.string(), version: z.int(), sealed: z.base64() });

const pairSchema = z.object({
  obtainedAt: z.coerce.date(),
  version: z.int(),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.coerce.date(),
  scopes: z.array(z.string()).nullable(),
  refreshedAt: z.coerce.date(),
});

/** A file with a pair in it. */
export interface KeptFile {
  readonly path: string;
  /** Null when nothing in it can be read. */
  readonly pair: StoredPair | null;
  /** Why the pair cannot be decrypted; undefined for a file that holds none at all. */
  readonly problem?: unknown;
}

/**
 * The recovery files of one wearer of one database. Every pair has a file with a name of its own: a
 * process that removes a file removes the pair it read or wrote, never one stored in the meantime.
 */
export class RecoveryFiles {
  private constructor(
    private readonly directory: string,
    private readonly prefix: string,
    private readonly userId: string,
    private readonly keyring: Keyring,
  ) {}

  /** @param database Label and schema: several databases may share `directory`. */
  static async of(
    directory: string,
    database: { label: string; schema: string },
    userId: string,
    keyring: Keyring,
  ): Promise<RecoveryFiles> {
    const identity = JSON.stringify([database.label, database.schema, userId]);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(identity));
    const prefix = `sign-in-${new Uint8Array(digest).slice(0, 8).toHex()}`;
    return new RecoveryFiles(directory, prefix, userId, keyring);
  }

  /** Where they are, for messages. */
  get pattern(): string {
    return `${this.directory}/${this.prefix}.*${SUFFIX}`;
  }

  /**
   * Writes a pair, encrypted, readable by the owner only, synced to the disk.
   * @returns The path of its file.
   */
  async keep(pair: StoredPair): Promise<string> {
    const { bytes, keyId, version } = await seal(this.keyring, JSON.stringify(pair), {
      userId: this.userId,
      kind: "recovery",
    });
    await makePrivateDirectory(this.directory);
    const path = `${this.directory}/${this.prefix}.${crypto.randomUUID()}${SUFFIX}`;
    const file = { key_id: keyId, version, sealed: bytes.toBase64() };
    await writeSafely(path, `${JSON.stringify(file)}\n`);
    return path;
  }

  /**
   * Reads every file, the newest pair first, the one without an id in its name of earlier versions
   * included.
   */
  async read(): Promise<KeptFile[]> {
    const files: KeptFile[] = [];
    for (const name of await this.#names()) {
      const file = await this.#open(`${this.directory}/${name}`);
      if (file) files.push(file);
    }
    return files.sort((a, b) => orderOf(b) - orderOf(a));
  }

  async #names(): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(this.directory)) {
        if (!name.startsWith(`${this.prefix}.`)) continue;
        const end = name.indexOf(SUFFIX);
        if (name.endsWith(SUFFIX)) names.push(name);
        else if (end > 0) {
          await removeUnfinished(`${this.directory}/${name.slice(0, end)}${SUFFIX}`);
        }
      }
    } catch (error) {
      const { NotFound, NotADirectory } = Deno.errors;
      if (!(error instanceof NotFound || error instanceof NotADirectory)) throw error;
    }
    return names.sort();
  }

  async #open(path: string): Promise<KeptFile | null> {
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      // Another process has brought it into the database meanwhile.
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    const file = fileSchema.safeParse(parseJson(text));
    if (!file.success) return { path, pair: null };
    const { key_id: keyId, version, sealed } = file.data;
    const bytes = Uint8Array.fromBase64(sealed);
    try {
      const context = { userId: this.userId, kind: "recovery" } as const;
      const opened = await unseal(this.keyring, { keyId, version, bytes }, context);
      return { path, pair: pairSchema.parse(parseJson(opened)) };
    } catch (problem) {
      return { path, pair: null, problem };
    }
  }

  /** Removes one file, where it is still there. */
  async remove(path: string): Promise<void> {
    try {
      await Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** The version counts the pairs of a row, so a higher one is newer; unreadable files come last. */
function orderOf({ pair }: KeptFile): number {
  return pair?.version ?? -1;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
