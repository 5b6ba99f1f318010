import { type Job, type Rhythm, type UnitFile, xml } from "./job.ts";

/** The label of the agent, and the name of its file. */
export const LAUNCHD_LABEL = "io.github.oura-sync";

/**
 * An agent of macOS. launchd makes up for a daily run that was missed in sleep when the machine
 * wakes.
 */
export function launchdAgent({ command, directory }: Job, rhythm: Rhythm): UnitFile {
  const args = command.map((arg) => `    <string>${xml(arg)}</string>`).join("\n");
  const log = xml(`${directory}/oura-sync.log`);
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LAUNCHD_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${args}
  </array>
  <key>WorkingDirectory</key>
  <string>${xml(directory)}</string>
${times(rhythm)}
  <key>StandardOutPath</key>
  <string>${log}</string>
  <key>StandardErrorPath</key>
  <string>${log}</string>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>${0o077}</integer>
</dict>
</plist>
`;
  return { name: `${LAUNCHD_LABEL}.plist`, text };
}

function times(rhythm: Rhythm): string {
  if (rhythm.kind !== "daily") {
    const seconds = rhythm.every * (rhythm.kind === "minutes" ? 60 : 3600);
    return `  <key>StartInterval</key>\n  <integer>${seconds}</integer>`;
  }
  return `  <key>StartCalendarInterval</key>
  <dict>
    <key>Hour</key>
    <integer>${rhythm.hour}</integer>
    <key>Minute</key>
    <integer>${rhythm.minute}</integer>
  </dict>`;
}
