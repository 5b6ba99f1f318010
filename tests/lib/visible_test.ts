import assert from "node:assert/strict";
import fc from "fast-check";
import { visibleLines, visibleValue } from "../../lib/values/visible.ts";

/** What a terminal obeys, each by the name that its standard gives it. */
const STEERING: Readonly<Record<string, string>> = {
  "an escape sequence": "\x1b[2J",
  "a title": "\x1b]0;title\x07",
  "a CSI of one byte": "\u009b2J",
  "a backspace": "a\b",
  "a carriage return": "harmless\rhidden",
  "a NUL": "\0",
  "a DEL": "\x7f",
  "a right-to-left override": "\u202egnp.exe",
  "an isolate": "\u2066x\u2069",
  "an Arabic letter mark": "\u061c",
  "a line separator": "\u2028",
};

for (const [name, text] of Object.entries(STEERING)) {
  Deno.test(`${name} is spelled out, in a value and between lines`, () => {
    for (const shown of [visibleValue(text), visibleLines(text)]) {
      assert.match(shown, /\\(u[0-9a-f]{4}|r)/);
      assert.doesNotMatch(shown, /\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/u);
    }
  });
}

Deno.test("line feeds and tabs stay between lines, and are spelled out in a value", () => {
  assert.equal(visibleLines("a\n\tb"), "a\n\tb");
  assert.equal(visibleValue("a\n\tb"), "a\\n\\tb");
});

Deno.test("letters of every script, emoji and accents stay as they are", () => {
  const text = "Grüße, 日本語, עברית, e\u0301, 👨‍👩‍👧, 1 000 – “x” \\u001b";
  assert.equal(visibleLines(text), text);
  assert.equal(visibleValue(text), text);
});

Deno.test("a JSON document stays the same document", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value, null, 2);
    assert.deepEqual(JSON.parse(visibleLines(text)), JSON.parse(text));
  }));
  const hostile = Object.values(STEERING);
  const shown = visibleLines(JSON.stringify(hostile));
  assert.deepEqual(JSON.parse(shown), hostile);
  assert.doesNotMatch(shown, /\p{Cc}|\p{Bidi_Control}/u);
});
