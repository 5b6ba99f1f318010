/** What Deno lets a command do: the permission sets of `deno.json`, and the rights of the binary. */
import { SETTING_NAMES } from "../../config/environment/settings.ts";

/** Which variables may be read; all others read as unset, so that asking for one is no error. */
interface EnvironmentRights {
  readonly allow: readonly string[];
  readonly ignore: true;
}

/** A permission set as `deno.json` has it. */
export interface PermissionSet {
  readonly net?: true | readonly string[];
  readonly read?: true;
  readonly write?: true;
  readonly sys?: readonly string[];
  readonly run?: readonly string[];
  readonly env?: EnvironmentRights;
}

/** Variables that are not settings of ours: whether a terminal can draw. */
const TERMINAL_VARIABLES = ["TERM"];
/** Where the units of the user's service manager are. */
const HOME_VARIABLES = ["HOME", "XDG_CONFIG_HOME"];

function variables(...more: readonly string[]): EnvironmentRights {
  return { allow: [...patternsOf(SETTING_NAMES), ...TERMINAL_VARIABLES, ...more], ignore: true };
}

/** Names that share a prefix as one pattern: `DB_HOST` and `DB_PORT` as `DB_*`. */
export function patternsOf(names: readonly string[]): string[] {
  const byPrefix = Map.groupBy(names, (name) => name.slice(0, name.indexOf("_") + 1));
  return [...byPrefix].flatMap(([prefix, those]) => those.length > 1 ? [`${prefix}*`] : those);
}

const database = { net: true, read: true, write: true, env: variables() } as const;
const fetching = { ...database, sys: ["hostname"] } as const;
/** The programs that open a browser. */
const browsers = ["xdg-open", "open", "rundll32"] as const;
const loopback = ["127.0.0.1", "localhost"] as const;

/**
 * Which database, which configuration and which directory are the person's choice, so network,
 * reading and writing are open where a command needs them; all else is named.
 */
export const PERMISSION_SETS = {
  /** Prints what the program knows by itself. */
  none: { read: true },
  /** Reads the configuration. */
  configuration: { read: true, env: variables() },
  /** Asks Oura, and the public address of the receiver. */
  oura: { net: true, read: true, env: variables() },
  /** Opens the database. */
  database,
  /** Opens the database, holds leases under the name of this machine, and may ask Oura. */
  fetch: fetching,
  /** Opens a browser, too. */
  browser: { ...fetching, run: browsers },
  /** Writes units for the service manager of the user. */
  schedule: { read: true, write: true, env: variables(...HOME_VARIABLES) },
  /** Serves this machine only, or writes an account export. */
  simulator: { net: loopback, read: true, write: true },
  /** The simulator and an embedded database. */
  demo: { ...fetching, net: loopback, run: browsers },
} satisfies Readonly<Record<string, PermissionSet>>;

/** One of {@linkcode PERMISSION_SETS}. */
export type Permissions = keyof typeof PERMISSION_SETS;

/** The rights of the binary, which is all commands in one: the union of the sets. */
export const ALL_PERMISSIONS: PermissionSet = {
  ...PERMISSION_SETS.browser,
  env: PERMISSION_SETS.schedule.env,
};

/** A set as options of `deno`. */
export function permissionOptions(set: PermissionSet): string[] {
  const option = (name: string, value: true | readonly string[] | undefined) =>
    value === undefined ? [] : [value === true ? `--allow-${name}` : `--allow-${name}=${value}`];
  return [
    ...option("net", set.net),
    ...option("read", set.read),
    ...option("write", set.write),
    ...option("sys", set.sys),
    ...option("run", set.run),
    ...option("env", set.env?.allow),
    ...(set.env ? ["--ignore-env"] : []),
  ];
}
