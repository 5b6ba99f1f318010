/** What a participant is told of the data: in words, by scope. */
import type { PipelineType } from "../../config/model.ts";
import type { PortalName } from "../../lib/oura/oauth/portals.ts";
import { type GrantedScopes, scopeStanding } from "../../lib/oura/oauth/scopes.ts";

/** The part of a data type that matters here. */
export type ScopedType = Pick<PipelineType, "name" | "scope" | "endpoint">;

const WORDS: Readonly<Record<string, string>> = {
  personal: "age, weight, height and sex, as you entered them",
  daily: "sleep, activity, readiness and stress of each day",
  heartrate: "heart rate by day and night",
  workout: "workouts",
  tag: "tags and the notes in them",
  session: "sessions, such as breathing and naps",
  spo2: "blood oxygen at night",
  heart_health: "cardiovascular age and cardio capacity",
  stress: "resilience",
  ring_configuration: "model and battery of the ring",
};

/** The scopes that the configuration needs: an e-mail address is none of them. */
export function neededScopes(types: readonly ScopedType[]): string[] {
  const scopes = types.flatMap(({ scope, endpoint }) =>
    scope === null || endpoint === null ? [] : [scope]
  );
  return [...new Set(scopes)];
}

/** The same, as far as a portal has a name for them. */
export function scopesToAsk(types: readonly ScopedType[], portal: PortalName): string[] {
  return neededScopes(types).filter((scope) =>
    scopeStanding({ portal, scopes: [] }, scope) !== "not_offered"
  );
}

/** What is read, a line for each scope. */
export function whatIsRead(types: readonly ScopedType[]): string[] {
  return neededScopes(types).map(wordsOf);
}

/** What of it the participant did not share; empty where Oura did not say. */
export function notShared(types: readonly ScopedType[], grant: GrantedScopes): string[] {
  return neededScopes(types).filter((scope) => scopeStanding(grant, scope) === "withheld")
    .map(wordsOf);
}

function wordsOf(scope: string): string {
  return WORDS[scope] ?? scope;
}
