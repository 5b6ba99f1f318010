import { UsageError } from "../../lib/errors.ts";
import type { Job, Rhythm, UnitFile } from "./job.ts";

/**
 * A service and its timer for the wearer's own service manager, so that nothing needs root.
 *
 * The service can write its working directory and nothing else. Not in the hardening on
 * purpose: `MemoryDenyWriteExecute` (V8 compiles at run time), and what drops capabilities, which a
 * user's service manager may not do. A run that failed for a reason that passes (database or Oura
 * away) is repeated every ten minutes until the reason has passed; one that needs a person is not.
 * @throws {UsageError} When systemd takes no program of this name.
 */
export function systemdUnits(job: Job, rhythm: Rhythm): UnitFile[] {
  return [
    { name: "oura-sync.service", text: service(job) },
    { name: "oura-sync.timer", text: timer(rhythm) },
  ];
}

function service({ command: [program, ...args], directory }: Job): string {
  if (/["'\\]/.test(program)) {
    throw new UsageError(
      "BAD_PATH",
      `systemd cannot run a program with a quotation mark in its path: ${program}`,
      {
        hint: "Move the program to a directory without quotation marks in its name.",
      },
    );
  }
  const isBinary = args.length === 1;
  const command = [quote(program), ...args.map((arg) => quote(arg.replaceAll("$", "$$$$")))];
  const writable = [quote(directory), ...(isBinary ? [] : ["-%C/deno"])];
  return `[Unit]
Description=Sync Oura Ring data (oura-sync)
# A limit would count the timer's starts too, and refuse good runs.
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=${command.join(" ")}
WorkingDirectory=${directory.replaceAll("%", "%%")}
TimeoutStartSec=2h
Restart=on-failure
RestartSec=10min
RestartPreventExitStatus=1 2 3 4
# 75: another process is syncing the same data.
SuccessExitStatus=75
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=${writable.join(" ")}
PrivateTmp=yes
ProtectControlGroups=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
`;
}

function timer(rhythm: Rhythm): string {
  return `[Unit]
Description=Schedule of oura-sync

[Timer]
OnCalendar=${calendar(rhythm)}
Persistent=true
RandomizedDelaySec=${rhythm.kind === "minutes" ? "30s" : "5min"}

[Install]
WantedBy=timers.target
`;
}

function calendar(rhythm: Rhythm): string {
  const two = (number: number) => String(number).padStart(2, "0");
  switch (rhythm.kind) {
    case "daily":
      return `*-*-* ${two(rhythm.hour)}:${two(rhythm.minute)}:00`;
    case "minutes":
      return `*-*-* *:00/${two(rhythm.every)}:00`;
    case "hours":
      return `*-*-* 00/${two(rhythm.every)}:00:00`;
  }
}

/** A word of systemd's own syntax, in which % stands for a specifier. */
function quote(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  return /^[\w@+=:,./%$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
