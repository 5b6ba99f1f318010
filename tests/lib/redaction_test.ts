import assert from "node:assert/strict";
import { redact } from "../../lib/log/redaction.ts";

const SECRET = "s3cr+t /ü&*?\"x'";
const APP = "my app";

const forms: Record<string, string> = {
  "as it is": SECRET,
  "with percent signs": encodeURIComponent(SECRET),
  "with percent signs in lower case": encodeURIComponent(SECRET).replace(
    /%../g,
    (escape) => escape.toLowerCase(),
  ),
  "as RFC 3986 has it": encodeURIComponent(SECRET).replace("*", "%2A").replace("'", "%27"),
  "of a form": new URLSearchParams({ a: SECRET }).toString().slice(2),
  "encoded twice": encodeURIComponent(encodeURIComponent(SECRET)),
  "in base64": new TextEncoder().encode(SECRET).toBase64(),
  "in base64 for URLs": new TextEncoder().encode(SECRET).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  }),
  "of basic authentication": new TextEncoder().encode(`${APP}:${SECRET}`).toBase64(),
  "of basic authentication, encoded first": btoa(
    `${encodeURIComponent(APP)}:${encodeURIComponent(SECRET)}`,
  ),
};

for (const [name, form] of Object.entries(forms)) {
  Deno.test(`redact() hides a secret ${name}`, () => {
    assert.equal(redact(`before ${form}. After`, ["", SECRET], [APP]), "before [hidden]. After");
  });
}

Deno.test("redact() leaves other texts alone", () => {
  assert.equal(redact("nothing to see", ["", SECRET], [APP]), "nothing to see");
});
