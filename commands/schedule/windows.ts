import { type Job, type Rhythm, type UnitFile, xml } from "./job.ts";

/**
 * A task for the Windows Task Scheduler, run as the person who installs it and only while signed in,
 * so that no password is stored. A missed run is made up for. The text names no encoding: the
 * scheduler reads it from the file's byte order mark.
 */
export function windowsTask({ command: [program, ...args], directory }: Job, rhythm: Rhythm) {
  const text = `<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Syncs Oura Ring data (oura-sync)</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
${trigger(rhythm)}
      <Enabled>true</Enabled>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>PT2H</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT10M</Interval>
      <Count>3</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xml(program)}</Command>
      <Arguments>${xml(args.map(quote).join(" "))}</Arguments>
      <WorkingDirectory>${xml(directory)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
  return { name: "oura-sync-task.xml", text } satisfies UnitFile;
}

/** UTF-16 with a byte order mark, which is what `schtasks` reads. */
export function utf16(text: string): Uint8Array<ArrayBuffer> {
  const units = Uint16Array.from(`\uFEFF${text}`, (unit) => unit.charCodeAt(0));
  const bytes = new DataView(new ArrayBuffer(units.length * 2));
  units.forEach((unit, i) => bytes.setUint16(i * 2, unit, true));
  return new Uint8Array(bytes.buffer);
}

function trigger(rhythm: Rhythm): string {
  const two = (number: number) => String(number).padStart(2, "0");
  if (rhythm.kind === "daily") {
    const time = `${two(rhythm.hour)}:${two(rhythm.minute)}:00`;
    return `      <StartBoundary>2026-01-01T${time}</StartBoundary>`;
  }
  const every = `PT${rhythm.every}${rhythm.kind === "minutes" ? "M" : "H"}`;
  return `      <Repetition>
        <Interval>${every}</Interval>
        <Duration>P1D</Duration>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>`;
}

/** A word of a Windows command line: backslashes count only before a quotation mark. */
function quote(word: string): string {
  if (word !== "" && !/[\s"]/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}
