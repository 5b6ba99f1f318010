import assert from "node:assert/strict";
import { parsePastedRedirect } from "../../lib/oura/oauth/pasted_redirect.ts";

interface Case {
  readonly pasted: string;
  readonly code: string;
  readonly hasState: boolean;
}

const cases: Record<string, Case> = {
  "a whole URL": {
    pasted: "http://localhost:8000/callback?code=abc&state=xyz",
    code: "abc",
    hasState: true,
  },
  "the state before the code": {
    pasted: "http://localhost:8000/callback/?state=xyz&scope=daily&code=abc",
    code: "abc",
    hasState: true,
  },
  "an encoded code": {
    pasted: "https://app.example/cb?code=a%2Fb%2Bc&state=xyz",
    code: "a/b+c",
    hasState: true,
  },
  "the query alone": { pasted: "?code=abc&state=xyz", code: "abc", hasState: true },
  "the query without its mark": { pasted: "code=abc&state=xyz", code: "abc", hasState: true },
  "a fragment behind": {
    pasted: "http://localhost:8000/callback?code=abc&state=xyz#_=_",
    code: "abc",
    hasState: true,
  },
  "a bare code": { pasted: "abc-_~.123", code: "abc-_~.123", hasState: false },
  "a bare code with a session tail": {
    pasted: "abc&session_state=123&scope=daily",
    code: "abc",
    hasState: false,
  },
  "a bare code with its state": { pasted: "abc&state=xyz", code: "abc", hasState: true },
  "a bare code with a fragment": { pasted: "abc#", code: "abc", hasState: false },
  "an encoded bare code": { pasted: "a%2Fb", code: "a/b", hasState: false },
  "quotes and angle brackets": {
    pasted: ' "<http://localhost:8000/callback?code=abc&state=xyz>"\n',
    code: "abc",
    hasState: true,
  },
  "a line broken by a mail program": {
    pasted: "http://localhost:8000/callback?code=ab\r\n c&state=xyz",
    code: "abc",
    hasState: true,
  },
};

for (const [name, { pasted, code, hasState }] of Object.entries(cases)) {
  Deno.test(`parsePastedRedirect() reads ${name}`, () => {
    const redirect = parsePastedRedirect(pasted);
    assert.equal(redirect.parameters.get("code"), code);
    assert.equal(redirect.hasState, hasState);
  });
}

Deno.test("parsePastedRedirect() passes an error on", () => {
  const pasted = "http://localhost:8000/callback?error=access_denied&state=xyz";
  assert.equal(parsePastedRedirect(pasted).parameters.get("error"), "access_denied");
});

Deno.test("parsePastedRedirect() says when there is no code, without repeating the text", () => {
  for (
    const pasted of ["", "  ", "http://localhost:8000/callback?state=secret-x", "state=secret-x"]
  ) {
    assert.throws(() => parsePastedRedirect(pasted), (error: Error & { code?: string }) => {
      assert.equal(error.code, "SIGN_IN_PASTE");
      assert.ok(!error.message.includes("secret-x"));
      return true;
    });
  }
});
