/** What a token endpoint might answer instead of a token pair. Every case must leave the store as it is. */

/** A hostile answer, and how it must be understood. */
export interface HostileAnswer {
  readonly name: string;
  /** `stall`: no byte ever comes back; `cut`: the connection ends instead of an answer. */
  readonly respond: (() => Response) | "stall" | "cut";
  readonly kind: "refused" | "app_refused" | "not_taken" | "unknown";
}

const GOOD = {
  token_type: "bearer",
  access_token: "hostile-access",
  refresh_token: "hostile-refresh",
  expires_in: 86_400,
  scope: "extapi:daily",
};

function answer(name: string, changes: Record<string, unknown>): HostileAnswer {
  const body = { ...GOOD, ...changes };
  return { name, kind: "unknown", respond: () => Response.json(body) };
}

function status(
  code: number,
  kind: HostileAnswer["kind"],
  body: string | null = "",
): HostileAnswer {
  return { name: `status ${code}`, kind, respond: () => new Response(body, { status: code }) };
}

/** Values of `expires_in` beside a sound pair, and the lifetime they mean, in seconds. */
export const ODD_LIFETIMES: readonly (readonly [name: string, value: unknown, seconds: number])[] =
  [
    ["zero", 0, 86_400],
    ["negative", -1, 86_400],
    ["text", "soon", 86_400],
    ["empty text", "", 86_400],
    ["digits in a text", "3600", 3_600],
    ["a fraction", 3_599.5, 3_599],
    ["a fraction of a second", 0.5, 86_400],
    ["beyond all dates", 1e300, 86_400],
    ["infinite in a text", "Infinity", 86_400],
    ["null", null, 86_400],
    ["missing", undefined, 86_400],
    ["a list", [3_600], 86_400],
    ["true", true, 86_400],
  ];

/** The table that both the requests and the refresh protocol are run through. */
export const HOSTILE_ANSWERS: readonly HostileAnswer[] = [
  {
    name: "200 with HTML",
    kind: "unknown",
    respond: () =>
      new Response("<!doctype html><title>Maintenance</title>", {
        headers: { "content-type": "text/html" },
      }),
  },
  { name: "200 without a body", kind: "unknown", respond: () => new Response("") },
  { name: "half a JSON", kind: "unknown", respond: () => new Response('{"access_token":"_0') },
  { name: "an array", kind: "unknown", respond: () => Response.json([GOOD]) },
  { name: "null", kind: "unknown", respond: () => Response.json(null) },
  answer("no access token", { access_token: undefined }),
  answer("an empty access token", { access_token: "" }),
  answer("an access token that is a number", { access_token: 5 }),
  answer("an access token with a line break", { access_token: "a\r\nx-evil: 1" }),
  answer("an access token of 100 KB", { access_token: "a".repeat(100_000) }),
  answer("no refresh token", { refresh_token: undefined }),
  answer("an empty refresh token", { refresh_token: "" }),
  answer("a refresh token that is null", { refresh_token: null }),
  answer("another token type", { token_type: "mac" }),
  {
    name: "a 307 to elsewhere",
    kind: "unknown",
    respond: () => new Response(null, { status: 307, headers: { location: "/elsewhere" } }),
  },
  answer("5 MB of body", { padding: "x".repeat(5_000_000) }),
  { name: "a stalled socket", kind: "unknown", respond: "stall" },
  { name: "a connection that breaks off", kind: "unknown", respond: "cut" },
  status(204, "unknown", null),
  status(400, "unknown"),
  { ...status(400, "unknown", "<html>invalid_grant</html>"), name: "status 400 with HTML" },
  {
    name: "status 400 with invalid_request",
    kind: "unknown",
    respond: () => Response.json({ error: "invalid_request" }, { status: 400 }),
  },
  {
    name: "status 400 with invalid_grant",
    kind: "refused",
    respond: () => Response.json({ error: "invalid_grant" }, { status: 400 }),
  },
  {
    name: "status 400 with Oura's own words",
    kind: "refused",
    respond: () =>
      Response.json({ title: "Bad Request", detail: "Refresh token already used." }, {
        status: 400,
      }),
  },
  status(401, "app_refused"),
  status(403, "not_taken", "<html>blocked</html>"),
  status(404, "not_taken"),
  status(429, "not_taken"),
  status(500, "unknown"),
  status(503, "unknown", "<html>down</html>"),
];

/** Serves one hostile answer on loopback to whoever asks. */
export async function withHostileServer(
  { respond }: HostileAnswer,
  body: (url: string, requests: () => number) => Promise<void>,
): Promise<void> {
  let requests = 0;
  if (typeof respond === "function") {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
      requests++;
      return respond();
    });
    try {
      await body(`http://127.0.0.1:${server.addr.port}/oauth/v2/ext/oauth-token`, () => requests);
    } finally {
      await server.shutdown();
    }
    return;
  }
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await connection.read(new Uint8Array(4096));
      requests++;
      if (respond === "cut") connection.close();
    }
  })();
  try {
    await body(`http://127.0.0.1:${listener.addr.port}/oauth/v2/ext/oauth-token`, () => requests);
  } finally {
    listener.close();
    await serving;
    if (respond === "stall") { for (const connection of connections) connection.close(); }
  }
}
