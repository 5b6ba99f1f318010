import type { Wearer } from "../world/wearer.ts";

/** The consent page: a form that comes back to the same address with the answer. */
export function consentPage(url: URL, wearer: Wearer, scopes: readonly string[]): Response {
  const kept = [...url.searchParams].map(([name, value]) =>
    `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`
  ).join("\n");
  const boxes = scopes.map((scope) =>
    `<li><label><input type="checkbox" name="allow" value="${escape(scope)}" checked> ${
      escape(scope)
    }</label></li>`
  ).join("\n");
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Simulated Oura: sign in</title></head>
<body>
<h1>Simulated Oura</h1>
<p>${escape(wearer.id)}, an app asks for your data. Nothing here is real.</p>
<form method="get" action="${escape(url.pathname)}">
${kept}
<ul>
${boxes}
</ul>
<button name="approve" value="listed">Allow</button>
<button name="approve" value="deny">Deny</button>
</form>
</body>
</html>`;
  return new Response(body, { headers: { "content-type": "text/html; charset=utf-8" } });
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
