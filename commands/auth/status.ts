import type { GrantSummary } from "../../lib/db/vault/grant.ts";
import { listGrants } from "../../lib/db/vault/grants.ts";
import { needsLogin, notSignedIn } from "../../lib/auth/sign_in_errors.ts";
import { jsonText } from "../_cli/output.ts";
import type { AuthContext } from "./context.ts";
import { leftOut } from "./scopes.ts";

/**
 * Shows who is signed in; never a token.
 * @throws {SignInError} After the output, when no wearer is signed in or a grant has expired: exit 3.
 */
export async function status(context: AuthContext, options: { json?: boolean }): Promise<void> {
  const grants = context.hasTables ? await listGrants(context.db) : [];
  if (options.json) {
    context.print(jsonText(grants.map((grant) => toJson(grant, context))));
  } else {
    for (const grant of grants) describe(grant, context);
  }
  if (grants.length === 0) throw notSignedIn();
  const dead = grants.find((grant) => grant.state === "needs_login");
  if (dead) throw needsLogin(dead.userId, dead.needsLoginReason ?? "");
}

function describe(grant: GrantSummary, { print, types }: AuthContext): void {
  print(`Wearer ${grant.userId}`);
  print(`  state         ${grant.state === "active" ? "signed in" : "must sign in again"}`);
  print(`  signed in     ${grant.obtainedAt.toISOString()}`);
  print(`  last refresh  ${grant.refreshedAt?.toISOString() ?? "never"}`);
  print(`  token until   ${grant.expiresAt.toISOString()} (refreshed automatically)`);
  print(`  portal        ${grant.portal}`);
  print(`  scopes        ${grant.scopes?.join(", ") ?? "unknown"}`);
  const closed = leftOut(grant, types);
  if (closed.length > 0) print(`  skipped       ${closed.join(", ")}`);
  print(`  key           ${grant.keyId}`);
}

function toJson(grant: GrantSummary, { types }: AuthContext) {
  return {
    userId: grant.userId,
    state: grant.state,
    needsLoginReason: grant.needsLoginReason,
    obtainedAt: grant.obtainedAt,
    refreshedAt: grant.refreshedAt,
    expiresAt: grant.expiresAt,
    portal: grant.portal,
    scopes: grant.scopes,
    dataTypesSkipped: leftOut(grant, types),
    keyId: grant.keyId,
  };
}
