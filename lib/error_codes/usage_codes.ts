import type { CodeTable } from "./code_table.ts";

/** Wrong options, settings or configuration: exit code 2. */
export const USAGE_CODES = {
  COMMAND_LINE: {
    cause: "The command or an option is unknown, or an option lacks its value.",
    fix: "See `--help`.",
  },
  CONFIG_INVALID: {
    cause: "`oura.yaml` has mistakes. The message lists each with line and column.",
    fix: "Fix them. `deno task validate` checks the file without a connection.",
  },
  CONFIG_MISSING: {
    cause: "The file named by `--config` does not exist.",
    fix: "Correct the path, or omit the option.",
  },
  CONFIG_LINK: {
    cause: "`oura.yaml`, or the file named by `--config`, is a link to a file that does not exist.",
    fix: "Point the link at your configuration, or remove it.",
  },
  CONFIG_NEEDS_RESTART: {
    cause: "`destination.schema` of `oura.yaml` was changed while the program was running.",
    fix: "Restart the program.",
  },
  CONFIG_UNREADABLE: { cause: "`oura.yaml` cannot be read.", fix: "Check its permissions." },
  SETTINGS_INVALID: {
    cause:
      "An environment variable has an invalid value. The message names every such variable and shows no value.",
    fix: "Correct it in `.env` or in the environment.",
  },
  ENV_FILE_UNREADABLE: {
    cause: "`.env`, or the file of `--env-file`, cannot be read, or is not UTF-8 text.",
    fix: "Correct the path or the permissions, or save the file as UTF-8.",
  },
  ENV_FILE_UNWRITABLE: {
    cause: "The new `OURA_TOKEN_KEY` cannot be written to `.env`.",
    fix: "Make the file writable, or set the variable yourself.",
  },
  FILE_UNREADABLE: {
    cause: "`init` or `schedule install` cannot read a file.",
    fix: "Check the permissions of the file and its directory.",
  },
  FILE_UNWRITABLE: {
    cause: "`init` or `schedule install` cannot write a file.",
    fix: "Check the permissions of the directory.",
  },
  VALUES_MISSING: {
    cause: "`init` needs a value, and there is no terminal to ask on.",
    fix: "Pass the value as an option, as a variable, or with `--from-stdin`.",
  },
  OPTION_MISSING: {
    cause: "An option needs another option, or a value.",
    fix: "Add what the message names.",
  },
  WEBHOOKS_MISSING: {
    cause: "`oura.yaml` has no section `webhooks`, so Oura has no address to call.",
    fix: "Add `webhooks: { url: https://…, types: all }`. See [Webhooks](webhooks.md).",
  },
  OPTION_CONFLICT: { cause: "Two options contradict each other.", fix: "Omit one of them." },
  UNKNOWN_TYPE: {
    cause: "`--types` names a data type that `oura.yaml` does not have.",
    fix: "Use the suggested name.",
  },
  BAD_DATE: {
    cause: "The value is not a calendar day or instant, is before 2000, or starts in the future.",
    fix: "Write a day such as `2026-01-31`.",
  },
  DUPLICATE_COLUMNS: {
    cause: "Two columns of the result of `query` have the same name.",
    fix: "Rename one with `as`.",
  },
  NOT_A_QUERY: {
    cause: "`query` takes exactly one SELECT, VALUES, TABLE or WITH.",
    fix: "Use `psql` for other statements.",
  },
  BAD_DURATION: {
    cause: "The option does not take this duration.",
    fix: "Write `90s`, `15m` or `2h`.",
  },
  BAD_NUMBER: {
    cause: "The value is not a whole number in the range the message names.",
    fix: "Correct the number.",
  },
  BAD_TIME: { cause: "The value is not a time of day.", fix: "Write a time such as `08:00`." },
  BAD_PATH: {
    cause: "The scheduler cannot take this path.",
    fix: "Move the program to a path without quotation marks and control characters.",
  },
  DATES_REVERSED: { cause: "The start is after the end.", fix: "Swap the two dates." },
  HOME_MISSING: {
    cause: "`HOME` is not set, so `schedule install` does not know the unit directory.",
    fix: "Set `HOME`, or use `schedule print`.",
  },
  NO_SUCH_REJECT: {
    cause: "There is no document with this number in quarantine.",
    fix: "Run `deno task rejects list`.",
  },
  UNKNOWN_WEARER: {
    cause: "`--user-id` names a wearer who has neither signed in nor been synced.",
    fix: "Run `deno task status` to see the wearers.",
  },
  AMBIGUOUS_WEARER: {
    cause: "`--user-id` is the id of one wearer and the label of another.",
    fix: "Give the other wearer a new label with `deno task wearers set`.",
  },
  BAD_LABEL: {
    cause: "The label has characters other than letters, digits, `.`, `_` and `-`, or is too long.",
    fix: "Use up to 40 of these characters, such as `P-017`.",
  },
  LABEL_TAKEN: {
    cause: "Another wearer, or another open invitation, has this label.",
    fix: "Choose another label. `deno task wearers list` shows them.",
  },
  NO_SUCH_INVITATION: {
    cause: "No open invitation has this number.",
    fix: "Run `deno task auth invites`.",
  },
  BAD_PUBLIC_URL: {
    cause: "`--url` is not an address at which participants can reach `serve`.",
    fix: "Write it as https://oura.example.org, without a query.",
  },
  BAD_INVITATION: {
    cause: "The time span or the study's name of `auth invite` cannot be used.",
    fix: "Correct the option that the message names.",
  },
  ARCHIVE_MISSING: {
    cause: "There is no file or folder at the path that `import` was given.",
    fix: "Name the ZIP file of Oura's data export, or the folder it was unpacked to.",
  },
  ARCHIVE_UNREADABLE: {
    cause: "The operating system does not let `import` read the archive or one of its files.",
    fix: "Check who may read the file, and the disk it is on.",
  },
  ARCHIVE_DAMAGED: {
    cause:
      "The archive is cut, a checksum does not match, or the file is no ZIP. Nothing was loaded.",
    fix: "Download the export again.",
  },
  ARCHIVE_ENCRYPTED: {
    cause: "A file of the archive has a password. Oura's export has none.",
    fix: "Unpack the archive and import the folder.",
  },
  ARCHIVE_PACKED: {
    cause: "The files of the archive are compressed in a way that the program cannot unpack.",
    fix: "Unpack the archive with another program and name the folder, or download it again.",
  },
  ARCHIVE_UNSAFE: {
    cause:
      "A path of the archive leads out of it, its files overlap or are more than 10,000, or a " +
      "file would unpack to an implausible size.",
    fix: "Oura did not make this archive. Download the export again.",
  },
  ARCHIVE_UNKNOWN: {
    cause: "The archive holds no file of an Oura account export.",
    fix: "Import the file that Oura's data export gave you. See [Import](import.md).",
  },
  ARCHIVE_OUTDATED: {
    cause: "The file is a trends CSV, or the account's JSON of API v1.",
    fix: "Request a data export today: its ZIP has the whole history.",
  },
  OTHER_WEARER: {
    cause: "The archive and the wearer have at least five days in common and no document.",
    fix: "Name the right wearer with `--user-id`. If you are sure, use `--force`.",
  },
  BAD_WEARER: {
    cause: "The value of `--user-id` contains control characters or is too long.",
    fix: "Use letters and digits.",
  },
  PORT_UNAVAILABLE: {
    cause: "The program cannot listen on this port.",
    fix: "Choose another port with `--port`.",
  },
  OUTPUT_UNWRITABLE: {
    cause: "Standard output takes no more data, for example because the disk is full.",
    fix: "Free disk space, or write to another place.",
  },
  EXPORT_UNWRITABLE: {
    cause: "`export` cannot write a file.",
    fix: "Choose another directory with `--out`, or free disk space.",
  },
  EXPORT_FILE_INVALID: {
    cause:
      "`replay --from-files` found no `.ndjson` file, or a line that `export --format ndjson` did not write.",
    fix: "Name the directory of a complete export.",
  },
  FORGET_UNCONFIRMED: {
    cause: "`forget` deletes data, and was not confirmed.",
    fix: "Type the wearer's id when asked, or pass `--yes`.",
  },
  WEARER_MISMATCH: {
    cause: "`OURA_ACCESS_TOKEN` belongs to another wearer than `--user-id` names.",
    fix: "Omit one of the two.",
  },
  DEMO_DIRECTORY: {
    cause: "The demo's directory contains something else.",
    fix: "Set `OURA_DATA_DIR` to another directory.",
  },
  DATABASE_URL_INVALID: {
    cause: "`DATABASE_URL` has an option or a value that cannot be honoured.",
    fix: "Correct what the message names.",
  },
  DATABASE_CERTIFICATE_UNREADABLE: {
    cause: "The file of `sslrootcert`, `sslcert` or `sslkey` cannot be read.",
    fix: "Name a readable PEM file.",
  },
  WEBHOOK_SECRET_MISSING: {
    cause: "`serve` cannot tell Oura's calls from others without `OURA_CLIENT_SECRET`.",
    fix: "Set the variable, as for `auth login`.",
  },
  HOST_UNUSABLE: {
    cause: "`dashboard --host` is not an address of this machine.",
    fix: "Name an address of this machine, such as `127.0.0.1`.",
  },
  NOTHING_TO_REPORT: {
    cause: "`report` finds no wearer whose data was synced.",
    fix: "Run `deno task auth login`, then `deno task sync`.",
  },
  SPAN_TOO_LONG: {
    cause: "A report covers at most 4,000 days.",
    fix: "Choose a later `--from`.",
  },
  BAD_LOCALE: {
    cause: "The value of `report --locale` is not a language tag.",
    fix: "Write a tag such as `en-GB`.",
  },
  REPORT_UNWRITABLE: {
    cause: "The file of `report --out` cannot be written.",
    fix: "Name another file.",
  },
  DENO_TOO_OLD: {
    cause: "The program runs on a Deno older than 2.9.6.",
    fix: "Run `deno upgrade`, or use `npx -y deno@2.9.6 task …`.",
  },
  OPTION_RANGE: {
    cause:
      "A program passed `timeoutMs`, `retries`, `patienceMs` or `concurrency` a number out of its range.",
    fix: "Pass a number from the range in the message.",
  },
  DATABASE_UNPROTECTED: {
    cause:
      "The server does not offer the protection that `channel_binding`, `require_auth` or `ssl_min_protocol_version` asks for.",
    fix: "Make the server offer it, or remove the parameter.",
  },
} as const satisfies CodeTable;
