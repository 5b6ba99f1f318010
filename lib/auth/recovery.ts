/** A fresh pair on its way into the database, by way of the disk. */
import { loggerOf } from "../log/log.ts";
import { DatabaseError, messageOf, UsageError } from "../errors.ts";
import type { RetryOptions } from "../db/driver/retry_transaction.ts";
import type { Grant, Vault } from "../db/vault/grant.ts";
import { readGrant } from "../db/vault/grants.ts";
import type { KeptFile, RecoveryFiles, StoredPair } from "../db/vault/recovery_files.ts";
import { storeRefreshed } from "../db/vault/refresh_claim.ts";
import type { TokenSet } from "../oura/oauth/token_answer.ts";
import { notSignedIn } from "./sign_in_errors.ts";
import { command } from "../program_command.ts";

const log = loggerOf("sign-in");

/** Where a pair is stored, and where its copy is kept until then. */
export interface Store {
  readonly vault: Vault;
  readonly recovery: RecoveryFiles;
  /** How patiently a commit that failed is tried again from memory. */
  readonly commitRetry?: RetryOptions;
}

/**
 * Brings a checked pair into the database. The copy on disk is written first: from then on neither
 * a crash nor a lost database can lose the pair.
 * @throws {DatabaseError} When it could not be committed; says where it is kept.
 * @throws {InterruptedError} When the commit was interrupted; the pair is kept on disk.
 */
export async function keepAndStore(
  { vault, recovery, commitRetry }: Store,
  previous: Grant,
  tokens: TokenSet & { now: Date },
  report: (step: "kept" | "committed" | "done") => Promise<void>,
): Promise<Grant> {
  const pair: StoredPair = {
    obtainedAt: previous.obtainedAt,
    version: previous.version,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    expiresAt: new Date(tokens.now.getTime() + tokens.expiresIn * 1000),
    // An answer without `scope` says that nothing changed.
    scopes: tokens.scopes ?? previous.scopes,
    refreshedAt: tokens.now,
  };
  let path = await keep(recovery, pair);
  await report("kept");
  try {
    await storeRefreshed(vault, previous, pair, commitRetry);
  } catch (cause) {
    // Once more, whatever ended the commit, an interruption too: the disk may have space by now.
    path ??= await keep(recovery, pair);
    throw path === null || cause instanceof DatabaseError ? commitFailed(cause, path) : cause;
  }
  await report("committed");
  if (path !== null) await discard(recovery, path);
  await report("done");
  // The row changed in the meantime: what it holds now is newer than our pair.
  const current = await readGrant(vault, previous.userId);
  if (!current) throw notSignedIn(previous.userId);
  return current;
}

/**
 * Takes up a pair that an earlier run could not commit. Files that no longer count, because the row
 * has a newer pair or another sign-in, are removed, and only those that were read here.
 * @throws {UsageError} When a file is encrypted with another key.
 */
export async function adoptStoredPair(
  vault: Vault,
  recovery: RecoveryFiles,
  userId: string,
): Promise<void> {
  const files = await recovery.read();
  files.forEach(lookAtProblem);
  if (files.every(({ pair }) => pair === null)) return;
  const current = await readGrant(vault, userId);
  if (!current) return;
  const newest = files.find(({ pair }) => pair !== null && counts(pair, current))?.pair;
  if (newest) {
    // False when another process was faster: then the row decides below which files are still needed.
    if (await storeRefreshed(vault, current, newest)) {
      log.info("Stored a refreshed sign-in that an earlier run could not store.");
    }
  }
  const after = newest ? await readGrant(vault, userId) : current;
  if (!after) return;
  for (const { path, pair } of files) {
    if (pair !== null && !counts(pair, after)) await discard(recovery, path);
  }
}

/** Removes the files that no sign-in needs any more: those whose pair `isOver`, and unreadable files. */
export async function discardKept(
  recovery: RecoveryFiles,
  isOver: (pair: StoredPair) => boolean,
): Promise<void> {
  for (const { path, pair } of await recovery.read()) {
    if (pair === null || isOver(pair)) await discard(recovery, path);
  }
}

/** A row older than the copy is one restored from a backup: the copy is then the latest pair. */
function counts(pair: StoredPair, { obtainedAt, version }: Grant): boolean {
  return obtainedAt.getTime() === pair.obtainedAt.getTime() && version <= pair.version;
}

/** A copy that cannot be read must not bar the way to a grant that is fine; a wrong key must. */
function lookAtProblem({ path, problem }: KeptFile): void {
  if (problem === undefined) return;
  if (problem instanceof UsageError) throw problem;
  log.warn("The recovery file {path} cannot be read: {problem}", {
    path,
    problem: messageOf(problem),
  });
}

async function keep(recovery: RecoveryFiles, pair: StoredPair): Promise<string | null> {
  try {
    return await recovery.keep(pair);
  } catch (error) {
    log.warn("No recovery file can be written at {path}: {problem}", {
      path: recovery.pattern,
      problem: messageOf(error),
    });
    return null;
  }
}

/** A file left behind does no harm: its version shows the next run that it is old. */
async function discard(recovery: RecoveryFiles, path: string): Promise<void> {
  await recovery.remove(path).catch((error) =>
    log.warn("The recovery file {path} cannot be removed: {problem}", {
      path,
      problem: messageOf(error),
    })
  );
}

function commitFailed(cause: unknown, path: string | null): DatabaseError {
  if (path === null) {
    return new DatabaseError(
      "SIGN_IN_LOST",
      "The refreshed sign-in could be stored neither in the database nor on disk.",
      {
        cause,
        hint: "Fix the database (and make the data directory writable), then " +
          `${command("auth login")}.`,
      },
    );
  }
  return new DatabaseError(
    "SIGN_IN_KEPT",
    `The refreshed sign-in could not be stored in the database; it is kept, encrypted, in ${path}.`,
    {
      cause,
      hint:
        "Fix the database, then run again on this machine: the file is picked up automatically.",
    },
  );
}
