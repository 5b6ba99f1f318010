/** The environment variables as `.env.example` explains them. */
import { SETTING_NAMES } from "../../config/environment/settings.ts";
import { code, markdownTable } from "./blocks.ts";

/** Variables that belong together, as the example file has them. */
interface Variables {
  /** As one writes them: `DB_PORT=5432`, or the name alone where nothing is the default. */
  readonly assignments: string[];
  readonly meaning: string;
}

/** One row per group of variables. */
export async function environmentTable(): Promise<string> {
  const file = await Deno.readTextFile(new URL("../../.env.example", import.meta.url));
  const rows = readExample(file).map(({ assignments, meaning }) => [
    assignments.map(code).join(" "),
    meaning,
  ]);
  return markdownTable(["variable, with its default", "meaning"], rows);
}

/**
 * The variables of an example file, with the comment above them or the title of their section.
 * @throws {Error} When they are not exactly those the program reads.
 */
export function readExample(file: string): Variables[] {
  const groups: Variables[] = [];
  let title = "";
  let comment: string[] = [];
  let open = false;
  for (const line of file.split("\n")) {
    const assignment = /^([A-Z_]+)=(.*)$/.exec(line);
    if (assignment) {
      const text = assignment[2] === "" ? assignment[1]! : assignment[0];
      if (open && comment.length === 0) groups.at(-1)!.assignments.push(text);
      else groups.push({ assignments: [text], meaning: comment.join(" ") || title });
      comment = [];
    } else {
      comment.push(...commentOf(line));
      if (line === "") comment = [];
      title = /^# --- (.*?) -+$/.exec(line)?.[1] ?? title;
    }
    open = assignment !== null;
  }
  const names = groups.flatMap(({ assignments }) => assignments.map((text) => text.split("=")[0]!));
  const differing = new Set(names).symmetricDifference(new Set(SETTING_NAMES));
  if (differing.size === 0) return groups;
  throw new Error(`.env.example and the settings differ: ${[...differing].join(", ")}`);
}

/** What a line adds to the comment of the next variable. */
function commentOf(line: string): string[] {
  if (!line.startsWith("# ") || line.startsWith("# ---")) return [];
  const text = line.slice(2);
  return [/^[A-Z_]+=/.test(text) ? `Example: ${code(text)}` : text];
}
