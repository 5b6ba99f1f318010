import { Random } from "../world/random.ts";

/** What goes wrong. See README.md for a line about each. */
export const FAULT_KINDS = [
  "latency",
  "status",
  "rateLimit",
  "cut",
  "truncate",
  "malform",
  "repeatToken",
  "endless",
  "stall",
  "dateSkew",
  "tokenHtml",
  "tokenEmpty",
  "tokenMissingAccess",
  "tokenMissingRefresh",
  "tokenBlank",
  "tokenBadExpiry",
  "tokenArray",
  "tokenRedirect",
  "tokenHuge",
] as const;

/** One of {@linkcode FAULT_KINDS}. */
export type FaultKind = typeof FAULT_KINDS[number];

/** When something goes wrong, and how. */
export interface FaultRule {
  readonly kind: FaultKind;
  /** Regular expression on `METHOD /path?query`; by default every request. */
  readonly match?: string;
  /** How many matching requests pass unharmed first. */
  readonly after?: number;
  /** How many requests are hit in all; by default without limit. */
  readonly times?: number;
  /** Chance of each matching request, from the simulator's seed; by default 1. */
  readonly probability?: number;
  /**
   * Whether the request takes effect although its answer is spoiled: a refresh token is spent, a
   * subscription made. By default only `status` and `rateLimit` prevent that.
   */
  readonly effect?: boolean;
  /** Of `latency`. */
  readonly delayMs?: number;
  /** Of `status`; by default 503. */
  readonly status?: number;
  /** Of `status`: `json`, `empty` or `html` (the default). */
  readonly body?: "json" | "empty" | "html";
  /** Of `rateLimit` and `dateSkew`. */
  readonly seconds?: number;
  /** Of `malform`: the path of a field of each document, such as `contributors.deep_sleep`. */
  readonly field?: string;
  /** Of `malform`: what the field becomes. */
  readonly value?: unknown;
}

interface Armed {
  readonly rule: FaultRule;
  readonly pattern: RegExp;
  toPass: number;
  left: number;
}

/** The rules in force. The first that matches a request has it. */
export class Faults {
  #armed: Armed[] = [];
  readonly #random: Random;

  /** @param seed Of the chances. */
  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /**
   * Adds a rule after those in force.
   * @throws {SyntaxError} For a pattern that is not a regular expression.
   */
  add(rule: FaultRule): void {
    this.#armed.push({
      rule,
      pattern: new RegExp(rule.match ?? ""),
      toPass: rule.after ?? 0,
      left: rule.times ?? Infinity,
    });
  }

  /** Ends all faults. */
  clear(): void {
    this.#armed = [];
  }

  /** The rules that can still hit, with the number of hits left (null: without end). */
  get inForce(): { rule: FaultRule; left: number | null }[] {
    return this.#armed.map(({ rule, left }) => ({ rule, left: left === Infinity ? null : left }));
  }

  /** The rule that hits a request, which is then one hit poorer. */
  take(request: string): FaultRule | undefined {
    for (const armed of this.#armed) {
      if (!armed.pattern.test(request)) continue;
      if (armed.toPass > 0) {
        armed.toPass--;
        continue;
      }
      const { probability = 1 } = armed.rule;
      if (probability < 1 && !this.#random.chance(probability)) continue;
      if (--armed.left <= 0) this.#armed = this.#armed.filter((one) => one !== armed);
      return armed.rule;
    }
    return undefined;
  }
}
