import assert from "node:assert/strict";
import { catchRedirect } from "../../commands/auth/obtain_redirect.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };

/** Runs a sign-in at a terminal without a browser. `type` is what the person types. */
async function atTerminal(
  body: (port: number, type: (text: string) => void, said: string[]) => Promise<void>,
): Promise<URLSearchParams> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const keyboard = writable.getWriter();
  const said: string[] = [];
  const authorization = {
    portal: { name: "moi", authorizeUrl: "", tokenUrl: "", revokeUrl: "" },
    url: "https://oura.example/authorize",
    redirectUri: `http://localhost:${port}/callback`,
    state: "ours",
    codeVerifier: "verifier",
  } as const;
  const obtained = catchRedirect(
    authorization,
    { note: (line) => void said.push(line), inIsTerminal: true, input: () => readable },
    () => Promise.resolve(false),
  );
  await body(port, (text) => void keyboard.write(new TextEncoder().encode(text)), said);
  const redirect = await obtained;
  await redirect.answer("success");
  await keyboard.close().catch(() => {});
  return redirect.parameters;
}

Deno.test("what is pasted wrongly is said, and can be pasted again", strict, async () => {
  const parameters = await atTerminal(async (port, type, said) => {
    const base = `http://localhost:${port}/callback`;
    type(`https://example.com/\n\n  \n${base}?code=x&state=of-another-sign-in\n`);
    while (said.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.match(
      said.join("\n"),
      /contains no authorization code.*\n.*does not belong to this sign-in/,
    );
    type(`${base}?code=right&state=ours\n`);
  });
  assert.equal(parameters.get("code"), "right");
});

Deno.test("the callback counts whatever was pasted before", strict, async () => {
  let page: Promise<string> | undefined;
  const parameters = await atTerminal(async (port, type) => {
    type("not a code at all = \n");
    page = fetch(`http://localhost:${port}/callback?code=caught&state=ours`).then((r) => r.text());
    await Promise.resolve();
  });
  assert.equal(parameters.get("code"), "caught");
  assert.match(await page!, /You are signed in/);
});
