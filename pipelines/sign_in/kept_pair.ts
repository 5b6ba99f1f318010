/** A fresh pair on its way into the database, by way of the disk. */
import { loggerOf } from "../../lib/log.ts";
import { DatabaseError, messageOf, UsageError } from "../../lib/errors.ts";
import type { RetryOptions } from "../../lib/db/retry_transaction.ts";
import type { Grant, Vault } from "../../lib/db/vault/grant.ts";
import { readGrant } from "../../lib/db/vault/grants.ts";
import type { KeptPair, RecoveryFile } from "../../lib/db/vault/recovery_file.ts";
import { storeRefreshed } from "../../lib/db/vault/refresh_claim.ts";
import type { TokenSet } from "../../lib/oura/oauth/token_answer.ts";
import { notSignedIn } from "./sign_in_errors.ts";

const log = loggerOf("sign-in");

/** Where a pair is stored, and its copy kept meanwhile. */
export interface Store {
  readonly vault: Vault;
  readonly recovery: RecoveryFile;
  /** How patiently a commit that failed is tried again from memory. */
  readonly commitRetry?: RetryOptions;
}

/**
 * Brings a checked pair into the database. The copy on disk is written first: from then on neither
 * a crash nor a lost database can lose the pair.
 * @throws {DatabaseError} When it could not be committed; says where it is kept.
 */
export async function keepAndStore(
  { vault, recovery, commitRetry }: Store,
  former: Grant,
  tokens: TokenSet & { now: Date },
  report: (step: "kept" | "committed" | "done") => Promise<void>,
): Promise<Grant> {
  const pair: KeptPair = {
    obtainedAt: former.obtainedAt,
    version: former.version,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    expiresAt: new Date(tokens.now.getTime() + tokens.expiresIn * 1000),
    // An answer without `scope` says that nothing changed.
    scopes: tokens.scopes ?? former.scopes,
    refreshedAt: tokens.now,
  };
  const kept = await keep(recovery, pair);
  await report("kept");
  try {
    await storeRefreshed(vault, former, pair, commitRetry);
  } catch (cause) {
    if (!(cause instanceof DatabaseError)) throw cause;
    // Once more: the disk may have space by now, or another process have cleared the copy away.
    throw commitFailed(cause, await keep(recovery, pair) || kept ? recovery.path : null);
  }
  await report("committed");
  await discard(recovery);
  await report("done");
  // When the row had moved on, what is there now is newer than what we bring.
  const current = await readGrant(vault, former.userId);
  if (!current) throw notSignedIn(former.userId);
  return current;
}

/**
 * Takes up a pair that an earlier run could not commit. One that no longer counts, because the row
 * has a newer pair or another sign-in, is removed.
 */
export async function adoptKeptPair(
  vault: Vault,
  recovery: RecoveryFile,
  userId: string,
): Promise<void> {
  const pair = await readKept(recovery);
  if (!pair) return;
  const current = await readGrant(vault, userId);
  if (!current) return;
  // A row older than the copy is one restored from a backup: the copy is then still the latest pair.
  const counts = current.obtainedAt.getTime() === pair.obtainedAt.getTime() &&
    current.version <= pair.version;
  if (counts) {
    await storeRefreshed(vault, { userId, version: current.version }, pair);
    log.info("A refreshed sign-in that an earlier run could not store was taken up.");
  }
  await discard(recovery);
}

/** A copy that cannot be read must not bar the way to a grant that is fine. */
async function readKept(recovery: RecoveryFile): Promise<KeptPair | null> {
  try {
    return await recovery.read();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    log.warn("The recovery file {path} cannot be read: {problem}", {
      path: recovery.path,
      problem: messageOf(error),
    });
    return null;
  }
}

async function keep(recovery: RecoveryFile, pair: KeptPair): Promise<boolean> {
  try {
    await recovery.write(pair);
    return true;
  } catch (error) {
    log.warn("No recovery file can be written at {path}: {problem}", {
      path: recovery.path,
      problem: messageOf(error),
    });
    return false;
  }
}

/** A file left behind does no harm: the version in it tells the next run that it is old. */
async function discard(recovery: RecoveryFile): Promise<void> {
  await recovery.remove().catch((error) =>
    log.warn("The recovery file {path} cannot be removed: {problem}", {
      path: recovery.path,
      problem: messageOf(error),
    })
  );
}

function commitFailed(cause: DatabaseError, path: string | null): DatabaseError {
  if (path === null) {
    return new DatabaseError(
      "SIGN_IN_LOST",
      "The refreshed sign-in could be stored neither in the database nor on disk.",
      {
        cause,
        hint: "Mend the database (and make the data directory writable), then `auth login`.",
      },
    );
  }
  return new DatabaseError(
    "SIGN_IN_KEPT",
    `The refreshed sign-in could not be stored in the database; it is kept, encrypted, in ${path}.`,
    { cause, hint: "Mend the database and run again on this machine: the file is taken up then." },
  );
}
