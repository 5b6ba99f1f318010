/** What a tour puts in the place of an example's own words, and what it does not run at all. */

/** What only a world knows. */
export interface Facts {
  readonly databaseUrl: string;
  /** The wearer that an example names. */
  readonly wearer: string;
}

interface FillIn {
  readonly words: string;
  readonly by: (facts: Facts) => string;
  readonly why: string;
}

const FILL_INS: readonly FillIn[] = [
  {
    words: "postgres://user:password@localhost:5432/oura",
    by: ({ databaseUrl }) => databaseUrl,
    why: "the server of the tests has no password, and another port",
  },
  { words: "WEARER", by: ({ wearer }) => wearer, why: "a placeholder" },
  { words: "CLIENT_ID=…", by: () => "CLIENT_ID=sim-app", why: "a placeholder" },
  { words: "CLIENT_SECRET=…", by: () => "CLIENT_SECRET=sim-secret", why: "a placeholder" },
  { words: "task demo", by: () => "task demo --days 3", why: "90 days take longer" },
  { words: "demo --days 30", by: () => "demo --days 3", why: "30 days take longer" },
];

/** A command that another test runs. */
export interface Kept {
  readonly command: RegExp;
  /** The test that runs it instead, or the nearest there is. */
  readonly by: string;
  readonly why: string;
}

/** Commands that tours leave out, and the tests that do not. */
export const KEPT_ELSEWHERE: readonly Kept[] = [
  {
    command: /^npx -y deno@\S+ task test$/,
    by: "tests/docs/tours_test.ts",
    why: "it is what runs this test",
  },
  {
    command: /^deno task simulate( --users 3)?$/,
    by: "tests/docs/tours_test.ts",
    why: "it is up all the time, on a port that is free: the Oura of the tours",
  },
  {
    command: /^deno task (compile|smoke)\b/,
    by: "tests/deploy/compile_test.ts",
    why: "the base runtime cannot be fetched everywhere; all but that step is run there",
  },
  {
    command: /^deno task demo --days 365 --serve$/,
    by: "tests/commands/demo_test.ts",
    why: "it runs until it is stopped",
  },
  {
    command: /^deno task serve\b/,
    by: "tests/webhooks/serve_test.ts",
    why: "it runs until it is stopped",
  },
  {
    command: /^deno task worker(?! retry)\b/,
    by: "tests/worker/killed_workers_test.ts",
    why: "it runs until it is stopped",
  },
  {
    command: /^sync --every 15m$/,
    by: "tests/schedule/command_test.ts",
    why: "it runs until it is stopped",
  },
  {
    command: /^(deno task )?migrate --citus( --dry-run)?$/,
    by: "tests/citus/migrate_citus_test.ts",
    why: "no test machine has Citus: that test has a stand-in",
  },
];

/** The two lists at work: they know which of their entries were needed. */
export class FillIns {
  readonly #used = new Set<object>();

  constructor(private readonly facts: Facts) {}

  /** The command with its placeholders filled in. */
  fill(command: string): string {
    return FILL_INS.reduce((text, fillIn) => {
      if (!text.includes(fillIn.words)) return text;
      this.#used.add(fillIn);
      return text.replaceAll(fillIn.words, fillIn.by(this.facts));
    }, command);
  }

  /** Whether another test runs the command. */
  isKeptElsewhere(command: string): boolean {
    const entry = KEPT_ELSEWHERE.find((each) => each.command.test(command));
    if (entry) this.#used.add(entry);
    return entry !== undefined;
  }

  /** Entries that no example needed. */
  get unused(): string[] {
    return [...FILL_INS, ...KEPT_ELSEWHERE].filter((entry) => !this.#used.has(entry))
      .map((entry) => String("words" in entry ? entry.words : entry.command));
  }
}
