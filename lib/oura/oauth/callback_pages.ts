/** The pages a person sees in the browser when the redirect arrives. No scripts, nothing external. */

/** How the sign-in ended, as the browser shows it. */
export type CallbackPage = "success" | "refused" | "failed" | "stale" | "not_found";

const PAGES: Record<CallbackPage, { status: number; title: string; text: string }> = {
  success: {
    status: 200,
    title: "You are signed in",
    text: "oura-sync may now read the data you granted. You can close this page.",
  },
  refused: {
    status: 200,
    title: "Access was not granted",
    text: "Nothing was stored. To try again, run <code>auth login</code> once more.",
  },
  failed: {
    status: 200,
    title: "The sign-in did not work",
    text: "The terminal says why, and what to do. Nothing was stored.",
  },
  stale: {
    status: 400,
    title: "This page belongs to another sign-in",
    text: "Go back to the newest page that <code>auth login</code> opened, and sign in there.",
  },
  not_found: {
    status: 404,
    title: "Nothing here",
    text: "This little server only waits for Oura's answer.",
  },
};

/** Renders a page. Only fixed texts: nothing of the request is echoed. */
export function renderCallbackPage(page: CallbackPage): Response {
  const { status, title, text } = PAGES[page];
  const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · oura-sync</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto; padding: 0 1.5rem }
  h1 { font-size: 1.6rem; line-height: 1.25 }
</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
      // The address holds the code: no other site and no cache gets to see it.
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "connection": "close",
    },
  });
}
