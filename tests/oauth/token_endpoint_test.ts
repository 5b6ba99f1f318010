import assert from "node:assert/strict";
import { refreshTokens } from "../../lib/oura/oauth/token_endpoint.ts";
import { configureLogging } from "../../lib/log/log.ts";
import {
  HOSTILE_ANSWERS,
  type HostileAnswer,
  ODD_LIFETIMES,
  withHostileServer,
} from "./hostile_answers.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const app = { clientId: "app", clientSecret: "secret-of-app" };
/** Short, so that the stalled case ends soon; the size bound is the real one. */
const bounds = { timeoutMs: 500, maxBytes: 65_536 };

for (const hostile of HOSTILE_ANSWERS) {
  Deno.test(`refreshTokens() takes ${hostile.name} for ${hostile.kind}`, strict, async () => {
    await withHostileServer(hostile, async (url, requests) => {
      const outcome = await refreshTokens(url, app, "refresh-token-value", { bounds });
      assert.equal(outcome.kind, hostile.kind);
      assert.equal(requests(), 1, "one request, no retry, no redirect followed");
      assert.match(outcome.reason, /^Oura's token endpoint.{1,300}\.$/);
    });
  });
}

function answering(respond: () => Response): HostileAnswer {
  return { name: "", kind: "unknown", respond };
}

Deno.test(
  "refreshTokens() reads the answer Oura really sends, id_token null and all",
  strict,
  async () => {
    const real = answering(() =>
      Response.json({
        token_type: "bearer",
        access_token: "_0new",
        expires_in: 2_591_999,
        refresh_token: "_1new",
        scope: "extapi:email extapi:daily",
        id_token: null,
      })
    );
    await withHostileServer(real, async (url) => {
      assert.deepEqual(await refreshTokens(url, app, "old"), {
        kind: "granted",
        tokens: {
          accessToken: "_0new",
          refreshToken: "_1new",
          expiresIn: 2_591_999,
          lifetimeProblem: null,
          scopes: ["email", "daily"],
        },
      });
    });
  },
);

for (const [name, expires_in, seconds] of ODD_LIFETIMES) {
  Deno.test(
    `a sound pair whose lifetime is ${name} is kept, with one warning`,
    strict,
    async () => {
      const warnings: string[] = [];
      const write = (text: string) => void warnings.push(text);
      await configureLogging({ level: "warning", format: "json", write });
      const odd = answering(() =>
        Response.json({ access_token: "a", refresh_token: "r", expires_in, scope: "daily" })
      );
      await withHostileServer(odd, async (url) => {
        const outcome = await refreshTokens(url, app, "old");
        assert.ok(outcome.kind === "granted");
        const { accessToken, refreshToken, expiresIn } = outcome.tokens;
        assert.deepEqual([accessToken, refreshToken, expiresIn], ["a", "r", seconds]);
      });
      assert.equal(warnings.length, 1, warnings.join(""));
      assert.match(warnings[0]!, /expires_in is/);
    },
  );
}

for (const scope of [undefined, null, ""]) {
  Deno.test(
    `refreshTokens() takes scope ${JSON.stringify(scope)} for silence`,
    strict,
    async () => {
      const silent = answering(() =>
        Response.json({ access_token: "a", refresh_token: "r", expires_in: 60, scope })
      );
      await withHostileServer(silent, async (url) => {
        const outcome = await refreshTokens(url, app, "old");
        assert.ok(outcome.kind === "granted");
        assert.equal(outcome.tokens.scopes, null);
      });
    },
  );
}

Deno.test("refreshTokens() cuts echoed secrets out of Oura's own words", strict, async () => {
  const echoing = answering(() =>
    Response.json({
      error: "invalid_grant",
      error_description: "Refresh token refresh-token-value of secret-of-app already used.\u0007",
    }, { status: 400 })
  );
  await withHostileServer(echoing, async (url) => {
    assert.deepEqual(await refreshTokens(url, app, "refresh-token-value"), {
      kind: "refused",
      status: 400,
      reason: "Oura's token endpoint answered 400: " +
        "Refresh token [hidden] of [hidden] already used.",
    });
  });
});

Deno.test("refreshTokens() cuts encoded echoes out too", strict, async () => {
  const strange = { clientId: "app", clientSecret: "a+b/c=d e" };
  const basic = btoa(`app:${strange.clientSecret}`);
  const body = `client_secret=${encodeURIComponent(strange.clientSecret)}&x Basic ${basic}`;
  const echoing = answering(() =>
    Response.json({ error: "invalid_grant", error_description: body }, { status: 400 })
  );
  await withHostileServer(echoing, async (url) => {
    const outcome = await refreshTokens(url, strange, "refresh-token-value");
    assert.ok(outcome.kind === "refused");
    assert.match(outcome.reason, /: client_secret=\[hidden\]&x Basic \[hidden\]\.$/);
  });
});

Deno.test("refreshTokens() tells a refused app from a dead token", strict, async () => {
  for (const error of ["invalid_client", "unauthorized_client"]) {
    await withHostileServer(
      answering(() => Response.json({ error }, { status: 400 })),
      async (url) => assert.equal((await refreshTokens(url, app, "old")).kind, "app_refused"),
    );
  }
});

Deno.test("refreshTokens() knows that an unreachable server took nothing", strict, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  const url = `http://127.0.0.1:${listener.addr.port}/oauth/token`;
  assert.equal((await refreshTokens(url, app, "old")).kind, "not_taken");
});

Deno.test(
  "refreshTokens() sends no secret over plain http to another machine",
  strict,
  async () => {
    let called = false;
    const fetcher = () => {
      called = true;
      return Promise.resolve(new Response());
    };
    await assert.rejects(refreshTokens("http://example.com/token", app, "old", { fetch: fetcher }));
    assert.equal(called, false);
  },
);
