/** What an error code means and what to do about it: one sentence or two each, in Markdown. */
export interface CodeEntry {
  readonly cause: string;
  readonly fix: string;
}

/** Error codes of one kind. */
export type CodeTable = Readonly<Record<string, CodeEntry>>;
