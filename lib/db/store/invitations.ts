/**
 * Invitations: one-time links with which participants sign in. A link is open until it is used, has
 * expired or is revoked. Only one attempt at a time can finish: it takes a claim first.
 */
import { SignInError, UsageError } from "../../errors.ts";
import type { Database, Queryable } from "../driver/database.ts";
import { retryStatement, retryTransaction } from "../driver/retry_transaction.ts";
import { assignLabel, isKnownWearer, lockLabels, ownerOf, readLabels } from "./wearers.ts";
import { command } from "../../program_command.ts";

/** A link as it may be shown: the link itself cannot be shown again. */
export interface Invitation {
  readonly id: number;
  /** What the participant will be called. */
  readonly label: string | null;
  /** By whom the participant is invited, for the consent page. */
  readonly study: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** A sign-in under way: its secrets as hashes, or encrypted. */
export interface Attempt {
  readonly stateHash: string;
  readonly browserHash: string;
  readonly verifier: {
    readonly bytes: Uint8Array;
    readonly keyId: string;
    readonly version: number;
  };
  readonly portal: string;
}

/** An attempt that may now finish, and no other. */
export interface ClaimedAttempt extends Pick<Attempt, "verifier" | "portal"> {
  readonly invitation: Invitation;
  /** Names the claim. */
  readonly claim: string;
}

/** The longest that an exchange with Oura takes, several times over. */
const CLAIM_MS = 120_000;
/** How long an expired link still says that it has expired. */
const FORGOTTEN_MS = 30 * 86_400_000;

const COLUMNS = "id, label, study, created_at, expires_at, used_at";

type InvitationRow = {
  id: number;
  label: string | null;
  study: string | null;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
};

/** The SHA-256 of a secret in hexadecimal: all of it that is stored. */
export async function secretHash(secret: string): Promise<string> {
  const bytes = new TextEncoder().encode(secret);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * Stores an invitation. The label of a wearer who is there already invites that wearer again.
 * @throws {UsageError} `LABEL_TAKEN`, when another open link has the label, or it is a wearer's id.
 */
export async function createInvitation(
  db: Database,
  { tokenHash, label, study, expiresAt, now }: {
    tokenHash: string;
    label: string | null;
    study: string | null;
    expiresAt: Date;
    now: Date;
  },
): Promise<Invitation> {
  const row = await retryTransaction(db, async (tx) => {
    await lockLabels(tx);
    await tx.query("DELETE FROM oura.invitations WHERE used_at IS NULL AND expires_at < $1", [
      new Date(now.getTime() - FORGOTTEN_MS),
    ]);
    if (label !== null) await requireFreeLabel(tx, label, tokenHash, now);
    const { rows } = await tx.query<InvitationRow>(
      `INSERT INTO oura.invitations (token_hash, label, study, created_at, expires_at)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at
      RETURNING ${COLUMNS}`,
      [tokenHash, label, study, now, expiresAt],
    );
    return rows[0]!;
  });
  return invitationOf(row);
}

async function requireFreeLabel(
  tx: Queryable,
  label: string,
  tokenHash: string,
  now: Date,
): Promise<void> {
  const { rows } = await tx.query(
    `SELECT 1 FROM oura.invitations
    WHERE lower(label) = lower($1) AND used_at IS NULL AND expires_at > $2 AND token_hash <> $3`,
    [label, now, tokenHash],
  );
  if (rows.length === 0 && !await isKnownWearer(tx, label)) return;
  throw new UsageError("LABEL_TAKEN", `${label} is the label of an open link, or a wearer's id`, {
    hint: `${command("auth invites")} lists the open links; ` +
      `${command("auth invite --revoke ID")} ends one.`,
  });
}

/** The open links, oldest first. */
export async function openInvitations(db: Queryable, now: Date): Promise<Invitation[]> {
  const { rows } = await db.query<InvitationRow>(
    `SELECT ${COLUMNS} FROM oura.invitations
    WHERE used_at IS NULL AND expires_at > $1 ORDER BY id`,
    [now],
  );
  return rows.map(invitationOf);
}

/**
 * Ends an open link.
 * @throws {UsageError} `NO_SUCH_INVITATION`, when no open link has this number.
 */
export async function revokeInvitation(db: Database, id: number): Promise<void> {
  const { rowCount } = await retryStatement(
    db,
    (each) => each.query("DELETE FROM oura.invitations WHERE id = $1 AND used_at IS NULL", [id]),
  );
  if (rowCount > 0) return;
  throw new UsageError("NO_SUCH_INVITATION", `there is no open link with the number ${id}`, {
    hint: `${command("auth invites")} lists the open links.`,
  });
}

/** The invitation of a link. */
export async function findInvitation(db: Queryable, tokenHash: string): Promise<Invitation | null> {
  const { rows } = await db.query<InvitationRow>(
    `SELECT ${COLUMNS} FROM oura.invitations WHERE token_hash = $1`,
    [tokenHash],
  );
  return rows[0] ? invitationOf(rows[0]) : null;
}

/**
 * Stores an attempt in place of an earlier one.
 * @returns False when the link is not open any more, or another attempt is just finishing.
 */
export async function beginAttempt(
  db: Queryable,
  id: number,
  { stateHash, browserHash, verifier, portal }: Attempt,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE oura.invitations SET state_hash = $2, browser_hash = $3, verifier = $4,
      verifier_key_id = $5, verifier_version = $6, portal = $7
    WHERE id = $1 AND used_at IS NULL AND expires_at > $8
      AND (claimed_until IS NULL OR claimed_until < $8)`,
    [id, stateHash, browserHash, verifier.bytes, verifier.keyId, verifier.version, portal, now],
  );
  return rowCount > 0;
}

/**
 * Takes an attempt, which cannot be taken a second time.
 * @returns Null when the state is unknown or used, comes from another browser, or the link is not
 *   open any more.
 */
export async function claimAttempt(
  db: Queryable,
  { stateHash, browserHash }: Pick<Attempt, "stateHash" | "browserHash">,
  now: Date,
): Promise<ClaimedAttempt | null> {
  const claim = crypto.randomUUID();
  const { rows: [row] } = await db.query<
    InvitationRow & {
      verifier: Uint8Array;
      verifier_key_id: string;
      verifier_version: number;
      portal: string;
    }
  >(
    `UPDATE oura.invitations SET state_hash = NULL, claim = $3, claimed_until = $5
    WHERE state_hash = $1 AND browser_hash = $2 AND used_at IS NULL AND expires_at > $4
      AND (claimed_until IS NULL OR claimed_until < $4)
    RETURNING ${COLUMNS}, verifier, verifier_key_id, verifier_version, portal`,
    [stateHash, browserHash, claim, now, new Date(now.getTime() + CLAIM_MS)],
  );
  if (!row) return null;
  const { verifier: bytes, verifier_key_id: keyId, verifier_version: version, portal } = row;
  return { invitation: invitationOf(row), claim, portal, verifier: { bytes, keyId, version } };
}

/** Lets the link be used again after an attempt that did not finish. */
export async function releaseAttempt(db: Queryable, { claim }: ClaimedAttempt): Promise<void> {
  await db.query(
    `UPDATE oura.invitations SET claim = NULL, claimed_until = NULL, verifier = NULL
    WHERE claim = $1 AND used_at IS NULL`,
    [claim],
  );
}

/**
 * Marks the link as used and labels the wearer, in the transaction that stores the grant.
 * @throws {SignInError} `JOIN_LINK_USED`, when the claim was lost to another attempt.
 * @throws {SignInError} `JOIN_OTHER_ACCOUNT`, when link and wearer have different labels.
 */
export async function finishAttempt(
  tx: Queryable,
  { invitation: { id, label }, claim }: ClaimedAttempt,
  userId: string,
  now: Date,
): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE oura.invitations SET used_at = $4, user_id = $3, verifier = NULL, claimed_until = NULL
    WHERE id = $1 AND claim = $2 AND (user_id IS NULL OR user_id = $3)`,
    [id, claim, userId, now],
  );
  if (rowCount === 0) {
    throw new SignInError("JOIN_LINK_USED", "Another person used the link first.");
  }
  if (label === null) return;
  await lockLabels(tx);
  const labels = await readLabels(tx);
  const held = labels.get(userId);
  const isOther = (ownerOf(labels, label) ?? userId) !== userId ||
    (held !== undefined && held.toLowerCase() !== label.toLowerCase());
  if (isOther) {
    throw new SignInError(
      "JOIN_OTHER_ACCOUNT",
      "The Oura account and the link belong to different labels.",
      { hint: `${command("wearers list")} shows the labels.` },
    );
  }
  await assignLabel(tx, userId, label, now);
}

function invitationOf(row: InvitationRow): Invitation {
  return {
    id: row.id,
    label: row.label,
    study: row.study,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
  };
}
