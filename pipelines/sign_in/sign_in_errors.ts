/** The sentences a person needs when a sign-in is missing or dead. */
import { SignInError } from "../../lib/errors.ts";

/** Nobody, or not this wearer, has signed in. */
export function notSignedIn(userId?: string): SignInError {
  return new SignInError(
    "NOT_SIGNED_IN",
    userId === undefined ? "Nobody has signed in yet." : `Wearer ${userId} is not signed in.`,
    { hint: "Run `auth login`." },
  );
}

/** The grant is dead and only the wearer can mend it. */
export function needsLogin(userId: string, reason: string): SignInError {
  return new SignInError("SIGN_IN_DEAD", `The sign-in of wearer ${userId} has ended. ${reason}`, {
    hint: "Run `auth login` to sign in again; stored data stays, and the next sync fills the gap.",
  });
}
