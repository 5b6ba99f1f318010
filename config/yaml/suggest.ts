import leven from "leven";

const LONGEST = 64;

/**
 * The candidate a person most likely meant, or undefined when none is near. Case does not count.
 * A word that is the beginning or the last part of exactly one candidate means that candidate:
 * `deep_sleep` means `contributors.deep_sleep`.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LONGEST) return undefined;
  const wanted = word.toLowerCase();
  const all = [...candidates];
  const patience = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = patience + 1;
  for (const candidate of all) {
    const away = slips(wanted, candidate.toLowerCase());
    if (away < bestDistance) [best, bestDistance] = [candidate, away];
  }
  // One typing mistake is likelier than a missing part; several are not.
  return bestDistance > 1 ? partOfOne(wanted, all) ?? best : best;
}

/** Changes of a letter; letters that only changed places are one. */
function slips(word: string, candidate: string): number {
  const changes = leven(word, candidate);
  return changes === 2 && sorted(word) === sorted(candidate) ? 1 : changes;
}

function sorted(word: string): string {
  return [...word].sort().join("");
}

function partOfOne(wanted: string, candidates: readonly string[]): string | undefined {
  const containing = candidates.filter((candidate) => {
    const lower = candidate.toLowerCase();
    return lower.endsWith(`.${wanted}`) || wanted.length > 2 && lower.startsWith(wanted);
  });
  return containing.length === 1 ? containing[0] : undefined;
}

/** `; did you mean "score"?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates);
  return found === undefined ? "" : `; did you mean "${found}"?`;
}
