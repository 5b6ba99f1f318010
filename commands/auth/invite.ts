/** `auth invite` and `auth invites`: links with which participants sign in by themselves. */
import {
  createInvitation,
  openInvitations,
  revokeInvitation,
  secretHash,
} from "../../lib/db/store/invitations.ts";
import { checkLabel } from "../../lib/db/store/wearers.ts";
import { UsageError } from "../../lib/errors.ts";
import { jsonText, textTable } from "../_cli/output.ts";
import { publicUrlOption } from "../public_url.ts";
import { numberOption } from "../sync/options.ts";
import type { AuthContext } from "./context.ts";
import { command } from "../../lib/program_command.ts";

/** Options of `auth invite`. */
export interface InviteOptions {
  readonly label?: string;
  readonly study?: string;
  readonly url?: string;
  readonly expires?: string;
  /** The number of the link to end. */
  readonly revoke?: string;
  readonly json?: boolean;
}

/** Makes a link and prints it, which is the only time it is shown; or ends one. */
export async function invite(context: AuthContext, options: InviteOptions): Promise<void> {
  const { db, print, note } = context;
  if (options.revoke !== undefined) {
    const id = numberOption("--revoke", options.revoke, 1, 999_999_999);
    await revokeInvitation(db, id);
    print(options.json ? jsonText({ id, revoked: true }) : `The link ${id} is no longer valid.`);
    return;
  }
  const publicUrl = publicUrlOf(context, options);
  const label = options.label === undefined ? null : checkLabel(options.label);
  const study = options.study === undefined ? null : studyOption(options.study);
  const now = new Date();
  const expiresAt = new Date(now.getTime() + lifetimeOption(options.expires ?? "7d"));
  const token = crypto.getRandomValues(new Uint8Array(32))
    .toBase64({ alphabet: "base64url", omitPadding: true });
  const tokenHash = await secretHash(token);
  const { id } = await createInvitation(db, { tokenHash, label, study, expiresAt, now });
  const url = `${publicUrl}/join/${token}`;
  if (options.json) {
    print(jsonText({ id, url, label, study, expiresAt }));
    return;
  }
  print(url);
  note(
    `Link ${id}${
      label === null ? "" : ` for ${label}`
    } works once, until ${expiresAt.toISOString()}. It is not shown again.`,
  );
}

/** Lists the links that can still be used, without the links themselves. */
export async function invites(
  { db, hasTables, print }: AuthContext,
  { json }: { json?: boolean },
): Promise<void> {
  const open = hasTables ? await openInvitations(db, new Date()) : [];
  if (json) {
    const links = open.map(({ id, label, study, createdAt, expiresAt }) => ({
      id,
      label,
      study,
      createdAt,
      expiresAt,
    }));
    print(jsonText({ invitations: links }));
    return;
  }
  const rows = open.map(({ id, label, study, createdAt, expiresAt }) => [
    id,
    label,
    study,
    createdAt,
    expiresAt,
  ]);
  const head = ["id", "label", "study", "created", "expires"];
  print(rows.length === 0 ? "No link is open." : textTable(head, rows, ["right"]));
}

function publicUrlOf({ publicUrl }: AuthContext, { url }: InviteOptions): string {
  if (url !== undefined) return publicUrlOption(url);
  if (publicUrl !== null) return publicUrl;
  throw new UsageError("OPTION_MISSING", "`auth invite` needs --url", {
    hint: `Name the address at which ${command("serve")} is reached, such as --url ` +
      "https://oura.example.org, or set webhooks.url in oura.yaml.",
  });
}

/** A line of text: it is shown to people on the consent page. */
function studyOption(value: string): string {
  const name = value.trim();
  if (name !== "" && name.length <= 200 && !/\p{Cc}/u.test(name) && name.isWellFormed()) {
    return name;
  }
  throw new UsageError("BAD_INVITATION", "--study must be one line of 1 to 200 characters");
}

const HOUR_MS = 3_600_000;

function lifetimeOption(value: string): number {
  const match = /^(\d{1,4})([hd])$/.exec(value);
  const ms = match ? Number(match[1]) * (match[2] === "h" ? HOUR_MS : 24 * HOUR_MS) : NaN;
  if (ms >= HOUR_MS && ms <= 90 * 24 * HOUR_MS) return ms;
  throw new UsageError("BAD_INVITATION", `--expires ${value} is not from 1h to 90d`, {
    hint: "Write it as 12h or 7d.",
  });
}
