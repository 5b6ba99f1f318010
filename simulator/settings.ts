/** What may be changed about the simulator while it runs. */
export interface Settings {
  /** Rows of a page of a time series. */
  seriesPage: number;
  /** Documents of a page of the date family; Oura was seen to send thousands in one, so 0 is no limit. */
  datePage: number;
  /** One page in so many is empty and carries a token; 0 for never. */
  emptyPageEvery: number;
  /** What a follow-up page may be asked with: bounds and token, or (422 else) the token alone. */
  followUp: "any" | "tokenOnly";
  /** Requests per window and token; 0 for no limit. */
  rateLimit: number;
  /** Length of the rate window in seconds, of the real clock. */
  rateWindow: number;
  /** Requests of all tokens together in any span of a window; 0 for no limit. */
  appLimit: number;
  /** Lifetime of access tokens in seconds. */
  accessTokenLifetime: number;
  /** Whether the answer to a refresh names the scopes. */
  scopeInRefresh: boolean;
  /** `auto`: the consent page approves by itself; `page`: it asks. */
  consent: "auto" | "page";
  /** The issuer of the new portal in callbacks and discovery; empty for the simulator's own. */
  issuer: string;
  /** Pause between two tries of a webhook delivery, in milliseconds; Oura spreads ten over an hour. */
  webhookRetryMs: number;
  /** The unit of `x-oura-timestamp`: live deliveries carry milliseconds, older descriptions seconds. */
  webhookStamp: "milliseconds" | "seconds";
}

/** The settings Oura seems to run with. */
export const DEFAULT_SETTINGS: Readonly<Settings> = {
  seriesPage: 1_000,
  datePage: 0,
  emptyPageEvery: 16,
  followUp: "any",
  rateLimit: 5_000,
  rateWindow: 300,
  appLimit: 0,
  accessTokenLifetime: 2_591_999,
  scopeInRefresh: true,
  consent: "auto",
  issuer: "",
  webhookRetryMs: 20,
  webhookStamp: "milliseconds",
};

/** Overlays known settings of the right kind; throws RangeError for anything else. */
export function changeSettings(settings: Settings, changes: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(changes)) {
    const current: unknown = Object.hasOwn(settings, name)
      ? settings[name as keyof Settings]
      : null;
    if (typeof current !== typeof value) throw new RangeError(`no such setting: ${name}`);
    Object.assign(settings, { [name]: value });
  }
}
