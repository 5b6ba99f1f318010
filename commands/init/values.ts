/** The few values `init` needs: from options, the environment, standard input, or by asking. */
import { Readable } from "node:stream";
import { createInterface } from "node:readline/promises";
import { parseEnv } from "node:util";
import { UsageError } from "../../lib/errors.ts";
import type { Terminal } from "../_cli/terminal.ts";

/** A value and the ways to it. */
export interface Question {
  /** The environment variable it becomes. */
  readonly variable: string;
  /** The option that gives it. */
  readonly option: string;
  readonly prompt: string;
  /** False: an empty answer leaves it out. */
  readonly required: boolean;
}

/** What is asked for, in this order. */
export const QUESTIONS: readonly Question[] = [
  {
    variable: "OURA_CLIENT_ID",
    option: "--client-id",
    prompt: "Client ID of your app",
    required: true,
  },
  {
    variable: "OURA_CLIENT_SECRET",
    option: "--client-secret",
    prompt: "Client secret of your app",
    required: true,
  },
  {
    variable: "DATABASE_URL",
    option: "--database-url",
    prompt: "PostgreSQL URL (empty: an embedded database, nothing to install)",
    required: false,
  },
];

/** Where values may come from, the first that has one wins. */
export interface Sources {
  /** By variable. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** The environment and `.env`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether `KEY=VALUE` lines come in on standard input. */
  readonly fromStdin: boolean;
}

/**
 * Gathers the values.
 * @throws {UsageError} When a value is missing and cannot be asked for: names all that are missing.
 */
export async function gatherValues(
  sources: Sources,
  terminal: Terminal,
): Promise<Record<string, string>> {
  const piped = sources.fromStdin ? parseEnv(await new Response(terminal.input()).text()) : {};
  const values: Record<string, string> = {};
  const open: Question[] = [];
  for (const question of QUESTIONS) {
    const { variable } = question;
    const given = sources.options[variable] ?? piped[variable] ?? sources.environment[variable];
    if (given?.trim()) values[variable] = given.trim();
    else open.push(question);
  }
  // A static token needs no app.
  const needsApp = !sources.environment.OURA_ACCESS_TOKEN;
  const missing = open.filter(({ required }) => required && needsApp);
  if (missing.length === 0 || !terminal.inIsTerminal || sources.fromStdin) {
    if (missing.length > 0) throw cannotAsk(missing);
    return values;
  }
  return { ...values, ...await ask(open, Readable.from(terminal.input()), terminal.ask) };
}

function cannotAsk(missing: readonly Question[]): UsageError {
  const names = missing.map(({ variable, option }) => `${variable} (${option})`).join(", ");
  return new UsageError(
    "VALUES_MISSING",
    `Missing values, and no terminal to ask on: ${names}`,
    {
      hint: "Pass them as options, in the environment, or as KEY=VALUE lines with --from-stdin.",
    },
  );
}

/**
 * Asks the questions, the required ones until there is an answer. Lines are taken as they come, so
 * that several can be pasted at once; editing them and Ctrl-C are left to the terminal.
 * @param input Lines of answers.
 * @throws {UsageError} When the input ends before a required one is answered, as by Ctrl-D.
 */
export async function ask(
  questions: readonly Question[],
  input: NodeJS.ReadableStream,
  say: (text: string) => void,
): Promise<Record<string, string>> {
  const terminal = createInterface({ input, terminal: false });
  const lines = terminal[Symbol.asyncIterator]();
  try {
    const answers: Record<string, string> = {};
    for (const [i, { variable, prompt, required }] of questions.entries()) {
      let answer = "";
      do {
        say(`${prompt}: `);
        const line = await lines.next();
        if (line.done && required) throw cannotAsk(questions.slice(i).filter((q) => q.required));
        answer = line.done ? "" : line.value.trim();
      } while (required && answer === "");
      if (answer !== "") answers[variable] = answer;
    }
    return answers;
  } finally {
    terminal.close();
  }
}
