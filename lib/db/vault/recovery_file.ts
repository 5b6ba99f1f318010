/**
 * The write-ahead copy of a fresh token pair. It lies on this machine from the moment Oura's answer
 * was checked until the database has the pair, so that neither a crash nor a lost database loses it.
 */
import { z } from "zod";
import { seal, unseal } from "./cipher.ts";
import { writePrivateFile } from "./key_file.ts";
import type { Keyring } from "./token_key.ts";

/** What a refresh brought, with enough to tell later whether it still counts. */
export interface KeptPair {
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

/** The recovery file of one wearer of one database. */
export class RecoveryFile {
  private constructor(
    /** For messages. */
    readonly path: string,
    private readonly userId: string,
    private readonly keyring: Keyring,
  ) {}

  /** @param database Label and schema: several databases may share `directory`. */
  static async of(
    directory: string,
    database: { label: string; schema: string },
    userId: string,
    keyring: Keyring,
  ): Promise<RecoveryFile> {
    const identity = JSON.stringify([database.label, database.schema, userId]);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(identity));
    const name = `sign-in-${new Uint8Array(digest).slice(0, 8).toHex()}.recovery`;
    return new RecoveryFile(`${directory}/${name}`, userId, keyring);
  }

  /** Writes the pair, encrypted, readable by the owner only, synced to the disk. */
  async write(pair: KeptPair): Promise<void> {
    const { bytes, keyId, version } = await seal(this.keyring, JSON.stringify(pair), {
      userId: this.userId,
      kind: "recovery",
    });
    await Deno.mkdir(this.path.slice(0, this.path.lastIndexOf("/")), {
      recursive: true,
      mode: 0o700,
    });
    const file = { key_id: keyId, version, sealed: bytes.toBase64() };
    await writePrivateFile(this.path, `${JSON.stringify(file)}\n`);
  }

  /**
   * Reads the pair; null when there is no file, or none this program wrote.
   * @throws {UsageError} When it is encrypted with another key.
   */
  async read(): Promise<KeptPair | null> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    const file = fileSchema.safeParse(parseJson(text));
    if (!file.success) return null;
    const { key_id: keyId, version, sealed } = file.data;
    const bytes = Uint8Array.fromBase64(sealed);
    const opened = await unseal(this.keyring, { keyId, version, bytes }, {
      userId: this.userId,
      kind: "recovery",
    });
    return pairSchema.parse(parseJson(opened));
  }

  /** Removes the file, where there is one. */
  async remove(): Promise<void> {
    try {
      await Deno.remove(this.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
