/** The errors of a missing or expired sign-in. */
import type { GrantSummary } from "../db/vault/grant.ts";
import { SignInError } from "../errors.ts";
import { command } from "../program_command.ts";

/** No wearer, or not this wearer, has signed in. */
export function notSignedIn(userId?: string): SignInError {
  return new SignInError(
    "NOT_SIGNED_IN",
    userId === undefined ? "No wearer has signed in yet." : `Wearer ${userId} is not signed in.`,
    { hint: `Run ${command("auth login")}.` },
  );
}

/** The grant has expired: the wearer must sign in again. */
export function needsLogin(userId: string, reason: string): SignInError {
  return new SignInError(
    "SIGN_IN_EXPIRED",
    `The sign-in of wearer ${userId} has ended. ${reason}`,
    {
      hint: `Run ${command("auth login")} to sign in again; stored data stays, and the next sync ` +
        "fills the gap.",
    },
  );
}

/** Every sign-in has expired. */
export function allDead(grants: readonly GrantSummary[]): SignInError {
  const reasons = grants.map(({ userId, needsLoginReason }) => ({
    userId,
    reason: needsLoginReason ?? "Oura no longer accepts it.",
  }));
  const [first, ...others] = reasons;
  if (first && others.length === 0) return needsLogin(first.userId, first.reason);
  const each = reasons.map(({ userId, reason }) => `Wearer ${userId}: ${reason}`).join(" ");
  return new SignInError("SIGN_IN_EXPIRED", `All ${grants.length} sign-ins have ended. ${each}`, {
    hint: `Run ${command("auth login")} to sign in again; stored data stays, and the next sync ` +
      "fills the gap. " +
      `${command("auth logout --user-id ID")} removes a sign-in that is no longer wanted.`,
  });
}
