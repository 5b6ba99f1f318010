/** Opens a page in the person's own browser. */

const OPENERS: Partial<Record<typeof Deno.build.os, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** How long an opener may think before it counts as having worked. */
const PATIENCE_MS = 1_500;

/**
 * Hands a URL to the system's opener.
 * @returns False when there is none, when it may not be run, or when it found no browser.
 */
export async function openBrowser(url: string): Promise<boolean> {
  const [program, ...options] = OPENERS[Deno.build.os] ?? ["xdg-open"];
  let opener: Deno.ChildProcess;
  try {
    opener = new Deno.Command(program, {
      args: [...options, url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch {
    return false;
  }
  // Some openers stay for as long as the browser does; ours must not wait for that.
  opener.unref();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), PATIENCE_MS);
  });
  const opened = await Promise.race([opener.status.then(({ success }) => success), patience]);
  clearTimeout(timer);
  return opened;
}
