/**
 * How the causes that `gaps` names are coloured, what they are called, and that in a word or two.
 * @type {Record<string, [string, string, string]>}
 */
export const CAUSES = {
  data: ["d-data", "data", ""],
  partial: ["d-partial", "data, day not over", ""],
  no_data: ["d-none", "none at Oura", "no data"],
  none: ["d-none", "nothing that day", ""],
  none_yet: ["d-none", "nothing yet", ""],
  no_data_yet: ["d-open", "open: nothing yet, will be read again", "nothing yet"],
  open: ["d-open", "open: nothing yet, will be read again", "nothing yet"],
  rejected: ["d-rejected", "rejected", "rejected"],
  failed: ["d-failed", "reading failed", "reading failed"],
  scope_missing: ["d-never", "not permitted", "not permitted"],
  never_fetched: ["d-never", "never fetched", "never fetched"],
  future: ["d-future", "", ""],
};
