/** The pages that a participant sees: plain HTML of our own, no script, nothing from elsewhere. */
import { html } from "hono/html";

/** Markup. */
export type Page = ReturnType<typeof html>;

/** A page that says how it went, with its HTTP status. */
export interface Notice {
  readonly status: 200 | 400 | 403 | 404 | 409 | 410 | 429 | 500 | 503;
  readonly title: string;
  readonly text: string;
}

/** Why a link, or a sign-in, went no further; in plain words. */
export const NOTICES = {
  unknown: {
    status: 404,
    title: "This link is not valid",
    text: "Check that you opened the whole link, or ask the person who sent it for a new one.",
  },
  expired: {
    status: 410,
    title: "This link has expired",
    text: "Ask the person who sent it for a new one.",
  },
  used: {
    status: 410,
    title: "This link has already been used",
    text: "A link works once. If it was not you, tell the person who sent it.",
  },
  busy: {
    status: 409,
    title: "Someone is signing in with this link right now",
    text:
      "If it is you, finish it in the other window. Otherwise open the link again in two minutes.",
  },
  stale: {
    status: 400,
    title: "This page belongs to an earlier attempt",
    text: "Open the link that you were sent again, in the same browser, and allow cookies.",
  },
  forged: {
    status: 403,
    title: "This request did not come from our page",
    text: "Open the link that you were sent again, and allow cookies.",
  },
  denied: {
    status: 200,
    title: "You did not share your data",
    text: "Nothing was stored. If you change your mind, open the link again.",
  },
  late: {
    status: 400,
    title: "The sign-in took too long",
    text: "Oura allows ten minutes. Open the link again. Nothing was stored.",
  },
  other_account: {
    status: 409,
    title: "This is another Oura account",
    text:
      "The link was made for another account than the one you signed in with. Nothing was stored. " +
      "Sign out at Oura and open the link again, or ask the person who sent it.",
  },
  no_membership: {
    status: 403,
    title: "Oura does not give out the data of this account",
    text:
      "Most rings need an active Oura membership. Check it in the app, then open the link again.",
  },
  set_up: {
    status: 500,
    title: "This cannot be finished at the moment",
    text: "Something is not set up as it should be. Please tell the person who sent the link.",
  },
  unavailable: {
    status: 503,
    title: "This does not work at the moment",
    text: "Nothing was lost. Open the link again in a few minutes.",
  },
  too_many: {
    status: 429,
    title: "Too many requests",
    text: "Wait a minute, and open the link again.",
  },
} as const satisfies Record<string, Notice>;

/** The name of a notice. */
export type NoticeName = keyof typeof NOTICES;

function document(title: string, body: Page, head: Page | string = ""): Page {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <link rel="stylesheet" href="/join/style.css">
    ${head}
      </head>
      <body>
        <main>
    <h1>${title}</h1>
    ${body}
        </main>
      </body>
    </html>
  `;
}

/** A page with a title and a sentence or two. */
export function noticePage({ title, text }: Pick<Notice, "title" | "text">): Page {
  return document(title, html`<p>${text}</p>`);
}

const WITHDRAWAL =
  "You can stop at any time: tell the people who invited you, and they delete your data. You can " +
  "also end the access in your Oura account.";

/** What the consent page says and asks. */
export interface Consent {
  /** The people who invite; null where they gave no name. */
  readonly study: string | null;
  readonly reads: readonly string[];
  /** Ties the form to the browser that was shown it. */
  readonly proof: string;
}

/** What is read and stored, by whom, and how to withdraw; goes on to Oura. */
export function consentPage({ study, reads, proof }: Consent): Page {
  const who = study ?? "The people who sent you this link";
  return document(
    "Share your Oura data",
    html`
      <p><strong>${who}</strong> would like to read data from your Oura Ring and store it in
      their own database.</p>
      <h2>What is read</h2>
      <ul>${reads.map((words) => html`<li>${words}</li>`)}</ul>
      <p>This includes past data and what your ring records from now on. On Oura's page you can
      deselect what you do not want to share.</p>
      <h2>How to withdraw</h2>
      <p>${WITHDRAWAL}</p>
      <form method="post">
        <input type="hidden" name="proof" value="${proof}">
        <p><button>Continue to Oura</button></p>
      </form>
      <p class="soft">You sign in at Oura. We never see your password.</p>
    `,
  );
}

/** Leads to Oura: by itself, and with a link for browsers that do not follow. */
export function leavePage(url: string): Page {
  return document(
    "Continue to Oura",
    html`<p><a class="button" href="${url}" rel="noreferrer">Continue to Oura</a></p>`,
    html`<meta http-equiv="refresh" content="0;url=${url}">`,
  );
}

/** Says that the sign-in worked, and what was not shared. */
export function thanksPage(study: string | null, missing: readonly string[]): Page {
  const who = study ?? "The people who invited you";
  return document(
    "Thank you",
    html`<p>${who} can now read the data you shared. You can close this page.</p>
${
      missing.length === 0 ? "" : html`<h2>Not shared</h2>
<ul>${missing.map((words) => html`<li>${words}</li>`)}</ul>
<p>If you deselected this by mistake, ask for a new link.</p>`
    }
<h2>How to withdraw</h2>
<p>${WITHDRAWAL}</p>`,
  );
}
