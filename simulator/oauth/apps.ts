/** Applications as their developers registered them. */

/** Oura's two identity systems: the old cloud portal, and `moi`, which replaced it in late 2025. */
export type Portal = "legacy" | "moi";

/** A registered application. */
export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly portal: Portal;
  /** Compared character by character. */
  readonly redirectUris: readonly string[];
  /** Bare names of the scopes selected in the portal; by default all. */
  readonly scopes?: readonly string[];
  /**
   * Offers the eight scopes of the time before `moi` only, `spo2Daily` among them, under bare names.
   * `open`: `daily` opens the routes that have no scope of these; `closed`: nothing does.
   */
  readonly eightScopes?: "open" | "closed";
  /** Some new apps were seen to work on the old endpoints too. */
  readonly worksOnLegacy?: boolean;
}

/** The apps every simulator knows, both registered for `http://localhost:8000/callback`. */
export const DEFAULT_APPS: readonly App[] = [
  {
    clientId: "sim-app",
    clientSecret: "sim-secret",
    portal: "moi",
    redirectUris: ["http://localhost:8000/callback"],
  },
  {
    clientId: "sim-legacy-app",
    clientSecret: "sim-legacy-secret",
    portal: "legacy",
    redirectUris: ["http://localhost:8000/callback"],
  },
];

/** The portals' register of applications. */
export class Apps {
  readonly #apps = new Map<string, App>(DEFAULT_APPS.map((app) => [app.clientId, app]));

  /** The app of a client id. */
  find(clientId: string | undefined): App | undefined {
    return clientId === undefined ? undefined : this.#apps.get(clientId);
  }

  /**
   * Registers an app or replaces it.
   * @throws {RangeError} For a redirect URI that Oura's portals refuse.
   */
  register(app: App): void {
    for (const uri of app.redirectUris) {
      if (!isAllowedRedirect(uri)) throw new RangeError(`redirect URI not allowed: ${uri}`);
    }
    this.#apps.set(app.clientId, app);
  }
}

/** Plain http is for `localhost` only: the portals refuse 127.0.0.1 and addresses of a home network. */
function isAllowedRedirect(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname } = new URL(uri);
  return protocol === "https:" || (protocol === "http:" && hostname === "localhost");
}
