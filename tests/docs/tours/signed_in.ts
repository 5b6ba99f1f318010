/** Pages for people who have signed in: two wearers are in the server's database before them. */
import { parseEnv } from "node:util";
import { generateTokenKey } from "../../../lib/db/vault/token_key.ts";
import type { Tour } from "./tour.ts";
import type { World } from "./world.ts";

/** The tour of docs/operations.md. */
export const OPERATIONS: Tour = {
  path: "docs/operations.md",
  before: {
    "deno task rejects list": (world) => sitting(world, "smallint"),
    "deno task rejects retry": (world) => sitting(world, "integer"),
  },
  after: {
    "deno task backfill": /^wearer wearer-1: /m,
    "deno task rejects list": /^ *1 +daily_activity +wearer-1 .* sitting +smallint /m,
    "deno task rejects show": /^reason +the number is outside[^]*^ {2}"sedentary_time": \d+/m,
    "deno task rejects retry": /^daily_activity +wearer-1 +[1-9]\d* +0$/m,
    "deno task rejects discard": /^Discarded 0\./,
  },
};

/** A column whose type takes few of its values, or all. */
async function sitting(world: World, type: string): Promise<void> {
  await world.edit("config/oura.yaml", (yaml) =>
    yaml.replace(/^ +sitting: .*\n/m, "")
      .replace(
        /(\n {2}daily_activity:[^]*?columns:\n)/,
        `$1      sitting: { path: sedentary_time, type: ${type} }\n`,
      ));
  await world.type(["deno task apply"]);
}

/** The tour of docs/binary.md: making one is left to other tests. */
export const BINARY: Tour = { path: "docs/binary.md" };

/** The tour of docs/columns.md. */
export const COLUMNS: Tour = { path: "docs/columns.md" };

/** The tour of docs/sign-in.md; it ends with the second wearer signed in, and a new key. */
export const SIGN_IN: Tour = {
  path: "docs/sign-in.md",
  before: { "deno task auth rotate-key": newKey },
  after: {
    "deno task auth status": /^ {2}state +signed in$/m,
    "deno task auth logout": /^Signed out wearer wearer-1/,
    "deno task auth rotate-key": /^Moved the tokens of 1 wearer/,
  },
};

/** As the page says of a key from the environment. */
async function newKey(world: World): Promise<void> {
  await world.edit(".env", (text) => {
    const { OURA_TOKEN_KEY } = parseEnv(text);
    const lines = text.replace(/^OURA_TOKEN_KEY=.*\n?/m, "").trimEnd();
    return `${lines}
OURA_TOKEN_KEY_PREVIOUS=${OURA_TOKEN_KEY}
OURA_TOKEN_KEY=${generateTokenKey().toBase64()}
`;
  });
}
