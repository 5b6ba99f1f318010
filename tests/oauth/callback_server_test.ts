import assert from "node:assert/strict";
import { listenForCallback } from "../../lib/oura/oauth/callback_server.ts";
import { freePort } from "../support/free_port.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };

async function text(response: Response | Promise<Response>): Promise<string> {
  return await (await response).text();
}

for (const path of ["/callback", "/callback/"]) {
  Deno.test(`the callback server catches the redirect at ${path}`, strict, async () => {
    const port = freePort();
    const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
    const received = server.receive(5_000);
    const page = text(fetch(`http://127.0.0.1:${port}${path}?code=abc&state=s1`));
    const redirect = await received;
    assert.equal(redirect.parameters.get("code"), "abc");
    await redirect.answer("success");
    assert.match(await page, /You are signed in/);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/callback`), TypeError, "it is closed");
  });
}

Deno.test("the callback server shows refusal and failure for what they are", strict, async () => {
  const pages = { refused: /Access was not granted/, failed: /did not work/ } as const;
  for (const [page, expected] of Object.entries(pages)) {
    const port = freePort();
    const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
    const received = server.receive(5_000);
    const shown = text(fetch(`http://127.0.0.1:${port}/callback?error=access_denied&state=s1`));
    await (await received).answer(page as keyof typeof pages);
    assert.match(await shown, expected);
  }
});

Deno.test(
  "the callback server goes on waiting after requests that are not ours",
  strict,
  async () => {
    const port = freePort();
    const base = `http://127.0.0.1:${port}`;
    const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
    const received = server.receive(5_000);
    assert.match(await text(fetch(`${base}/favicon.ico`)), /Nothing here/);
    assert.match(await text(fetch(`${base}/callback`)), /another sign-in/);
    assert.match(await text(fetch(`${base}/callback?code=evil&state=forged`)), /another sign-in/);
    assert.match(await text(fetch(`${base}/callback?error=x&state=forged`)), /another sign-in/);
    assert.match(await text(fetch(`${base}/callback?error=access_denied`)), /another sign-in/);
    const posted = fetch(`${base}/callback?code=evil&state=s1`, { method: "POST" });
    assert.match(await text(posted), /Nothing here/);
    const page = text(fetch(`${base}/callback?code=abc&state=s1`));
    const redirect = await received;
    assert.equal(redirect.parameters.get("code"), "abc");
    assert.match(await text(fetch(`${base}/callback?code=twice&state=s1`)), /another sign-in/);
    await redirect.answer("success");
    await page;
  },
);

Deno.test("the callback pages keep the code to themselves", strict, async () => {
  const port = freePort();
  const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
  const response = await fetch(`http://127.0.0.1:${port}/callback?code=evil-code&state=no`);
  assert.equal(response.headers.get("referrer-policy"), "no-referrer");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.ok(!(await response.text()).includes("evil-code"));
  await server.close();
});

Deno.test("the callback server is not reachable from other machines", strict, async () => {
  const port = freePort();
  const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
  const elsewhere = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  if (elsewhere) await assert.rejects(Deno.connect({ hostname: elsewhere.address, port }));
  await server.close();
});

Deno.test("the callback server says when its port is taken", strict, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const redirectUri = `http://localhost:${listener.addr.port}/callback`;
  assert.throws(() => listenForCallback(redirectUri, "s1"), {
    code: "SIGN_IN_PORT_IN_USE",
    exitCode: 2,
  });
  listener.close();
  await Promise.resolve();
});

Deno.test("the callback server does not pretend to listen at a remote redirect URI", strict, () => {
  for (const uri of ["https://app.example/callback", "http://192.168.1.5:8000/callback"]) {
    assert.throws(() => listenForCallback(uri, "s1"), { code: "SIGN_IN_REDIRECT_URI" });
  }
});

Deno.test(
  "the callback server gives up, and frees its port, when no redirect comes",
  strict,
  async () => {
    const port = freePort();
    const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
    await assert.rejects(server.receive(1), { code: "SIGN_IN_TIMEOUT", exitCode: 3 });
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  },
);

if (Deno.networkInterfaces().some(({ address }) => address === "::1")) {
  Deno.test("a port that another program holds on ::1 only is a port in use", strict, async () => {
    const other = Deno.listen({ hostname: "::1", port: 0 });
    const { port } = other.addr;
    assert.throws(() => listenForCallback(`http://localhost:${port}/callback`, "s1"), {
      code: "SIGN_IN_PORT_IN_USE",
      exitCode: 2,
    });
    other.close();
    // And the half that could be opened is free again.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
    await server.close();
  });
}

Deno.test(
  "unfinished requests keep the callback server neither open nor waiting",
  strict,
  async () => {
    const port = freePort();
    const server = listenForCallback(`http://localhost:${port}/callback`, "s1");
    const received = server.receive(5_000);
    const unfinished = [
      "POST /callback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc",
      "POST /callback HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
      "GET /callback?code=x HTTP/1.1\r\nHost:",
      "",
    ];
    const connections = await Promise.all(unfinished.map(async (text) => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode(text));
      return connection;
    }));
    const page = text(fetch(`http://127.0.0.1:${port}/callback?code=abc&state=s1`));
    await (await received).answer("success");
    assert.match(await page, /You are signed in/);
    await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }), "it is closed");
    for (const connection of connections) connection.close();
  },
);
