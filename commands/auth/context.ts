import type { SignInSettings } from "../../lib/auth/open_wearer.ts";
import type { Database } from "../../lib/db/driver/database.ts";

/** What the `auth` commands work with; opened and closed by their caller. */
export interface AuthContext {
  readonly settings: SignInSettings;
  readonly db: Database;
  /** False before the first sign-in or sync, for a command that only looks. */
  readonly hasTables: boolean;
  /** Data types of the configuration; `auth` says which of them a grant leaves out. */
  readonly types: readonly { readonly name: string; readonly scope: string | null }[];
  /** Where `serve` is reached from outside, as `oura.yaml` says; null where it does not. */
  readonly publicUrl: string | null;
  /** Where a generated key is written when a server database has none. */
  readonly envFile: string;
  /** One line of the result: standard output. */
  print(line: string): void;
  /** One line for the person at the terminal: standard error. */
  note(line: string): void;
  /** Whether a person reads what is printed and can answer. */
  readonly inIsTerminal: boolean;
  /** Opens standard input. */
  readonly input: () => ReadableStream<Uint8Array>;
}
