/**
 * Which data types are asked for under the scopes of a grant. A scope that the portal offers and the
 * grant lacks closes its types. A scope that the portal cannot grant says nothing: its types are asked
 * for, and Oura's answer decides. A refusal holds until the next sign-in, or for {@linkcode RECHECK_DAYS}.
 */
import { isServed, type PipelineType, type ServedType } from "../../../config/model.ts";
import { addDays, utcDay } from "../../../lib/values/days.ts";
import type { Queryable } from "../../../lib/db/driver/database.ts";
import { type KnownRefusal, knownRefusals } from "../../../lib/db/store/last_answers.ts";
import { scopeStanding } from "../../../lib/oura/oauth/scopes.ts";
import type { TokenProvider } from "../../../lib/oura/token_provider.ts";
import type { SkipReason } from "../outcome.ts";
import { command } from "../../../lib/program_command.ts";

/** How long a refusal is believed, in days: Oura may open a route without a new sign-in. */
export const RECHECK_DAYS = 30;

/** The data types of a run, sorted by what the grant says about them. */
export interface Askable {
  readonly types: readonly ServedType[];
  /** Names of those among `types` for which Oura's answer decides. */
  readonly probed: ReadonlySet<string>;
  /** The others, by name. */
  readonly skipped: ReadonlyMap<string, SkipReason>;
}

/** Sorts the data types that a run wants. */
export async function askableTypes(
  db: Queryable,
  userId: string,
  wanted: readonly PipelineType[],
  tokens: TokenProvider,
  now: Date,
): Promise<Askable> {
  const skipped = new Map<string, SkipReason>();
  for (const type of wanted) if (!isServed(type)) skipped.set(type.name, notServed(type));
  const served = wanted.filter(isServed);
  const grant = { scopes: tokens.scopes, portal: tokens.signIn?.portal ?? null };
  const standing = Map.groupBy(served, ({ scope }) => scopeStanding(grant, scope));
  for (const type of standing.get("withheld") ?? []) skipped.set(type.name, withheld(type));
  const open = standing.get("not_offered") ?? [];
  const refusals = open.length === 0
    ? new Map<string, KnownRefusal>()
    : await knownRefusals(db, userId, open.map(({ name }) => name), believedSince(tokens, now));
  for (const type of open) {
    const refusal = refusals.get(type.name);
    if (refusal) skipped.set(type.name, notOffered(type, refusal));
  }
  return {
    types: served.filter(({ name }) => !skipped.has(name)),
    probed: new Set(open.map(({ name }) => name).filter((name) => !skipped.has(name))),
    skipped,
  };
}

/** Why a data type is skipped whose scope the portal cannot grant, and which Oura refused. */
export function notOffered({ scope }: PipelineType, { status, at }: KnownRefusal): SkipReason {
  const day = utcDay(at);
  return {
    code: "SCOPE_NOT_OFFERED",
    message:
      `the legacy portal cannot grant the scope "${scope}", and Oura refused the data type ` +
      `(${status}) on ${day}; it is asked for again from ${addDays(day, RECHECK_DAYS)} on, or ` +
      "after the next sign-in",
  };
}

function notServed({ name }: PipelineType): SkipReason {
  return {
    code: "IMPORT_ONLY",
    message: `Oura's API does not serve ${name}; load it from the account export: ` +
      `${command("import")}`,
  };
}

function withheld({ scope }: PipelineType): SkipReason {
  return {
    code: "SCOPE_NOT_GRANTED",
    message: `the scope "${scope}" was not granted; to add it, sign in again: ` +
      `${command("auth login")}`,
  };
}

function believedSince({ signIn }: TokenProvider, now: Date): Date {
  const recheck = now.getTime() - RECHECK_DAYS * 86_400_000;
  return new Date(Math.max(recheck, signIn?.at.getTime() ?? recheck));
}
