/** Mistakes in the section `webhooks`, and what a right one means. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../../config/pipeline.ts";
import { FILE, testMistakes } from "./support.ts";

/** A file whose section is in line 2. */
const webhooks = (section: string, types = "{ sleep: {}, heart_rate: {} }") =>
  `version: 1\nwebhooks: ${section}\ndata_types: ${types}\n`;
const at = (url: string) => webhooks(`{ url: ${url} }`);
const types = (list: string, declared?: string) =>
  webhooks(`{ url: https://example.org, types: ${list} }`, declared);

testMistakes([
  {
    name: "webhooks without an address",
    yaml: webhooks("{ types: all }"),
    expected: ["2:1 webhooks.url: missing; write the public address of serve"],
  },
  {
    name: "address without https",
    yaml: at("http://example.org"),
    expected: ["2:13 webhooks.url: plain http is accepted for this machine only; write https://"],
  },
  {
    name: "address that is none",
    yaml: at("example.org"),
    expected: ["2:13 webhooks.url: must be a URL"],
  },
  {
    name: "address with a password",
    yaml: at("https://me:pw@example.org"),
    expected: ["2:13 webhooks.url: must not hold a user name or password"],
  },
  {
    name: "address with a query",
    yaml: at("https://example.org/?a=b"),
    expected: ["2:13 webhooks.url: must not hold a query (?) or a fragment (#)"],
  },
  {
    name: "address with the receiver's own path",
    yaml: at("https://example.org/webhook/"),
    expected: ["2:13 webhooks.url: leave out /webhook; the program adds it"],
  },
  {
    name: "types by another word",
    yaml: types("everything"),
    expected: ["2:39 webhooks.types"],
  },
  {
    name: "no types at all",
    yaml: types("[]"),
    expected: ["2:39 webhooks.types: must name a data type"],
  },
  {
    name: "webhook of a type that is polled",
    yaml: types("[sleep, heart_rate]"),
    expected: [
      "2:54 webhooks.types.1: Oura sends no events of heart_rate: it is polled; leave it out",
    ],
  },
  {
    name: "webhook of a type that is not declared",
    yaml: types("[sleep, workout]"),
    expected: [
      '2:54 webhooks.types.1: "workout" is not in data_types; declare it, or leave it out',
    ],
  },
  {
    name: "webhook of a misspelt type",
    yaml: types("[slep]"),
    expected: ['2:47 webhooks.types.0: "slep" is not in data_types; did you mean "sleep"?'],
  },
  {
    name: "webhook of a type twice",
    yaml: types("[sleep, sleep]"),
    expected: ['2:54 webhooks.types.1: "sleep" is there twice'],
  },
  {
    name: "webhook of a type whose documents cannot be fetched one by one",
    yaml: types("[meal]", "{ meal: {} }"),
    expected: [
      "2:47 webhooks.types.0: the catalog knows no route for single documents of meal: it is polled",
    ],
  },
  {
    name: "all webhooks where there are none",
    yaml: types("all", "{ heart_rate: {} }"),
    expected: ["2:39 webhooks.types: Oura has events of none of the declared data types"],
  },
  {
    name: "unknown event",
    yaml: webhooks("{ url: https://example.org, events: [created] }"),
    expected: ['2:48 webhooks.events.0: "created" is not one of create, update, delete'],
  },
  {
    name: "misspelt key of webhooks",
    yaml: webhooks("{ url: https://example.org, type: all }"),
    expected: ['2:39 webhooks.type: unknown key "type"; did you mean "types"?'],
  },
]);

Deno.test("webhooks take every declared type that Oura announces, and every event", () => {
  const read = (yaml: string) => parsePipeline(yaml, FILE).pipeline?.webhooks;
  const all = ["create", "update", "delete"];
  const url = "https://example.org/oura";
  const wanted = { url, types: ["sleep"], events: all };
  assert.deepEqual(read(at(`${url}/`)), wanted);
  assert.deepEqual(read(webhooks(`{ url: ${url}, types: all }`)), wanted);
  assert.deepEqual(read(webhooks(`{ url: ${url}, types: [sleep], events: [delete, create] }`)), {
    ...wanted,
    events: ["create", "delete"],
  });
  assert.equal(read(at("http://127.0.0.1:8788"))?.url, "http://127.0.0.1:8788");
  assert.equal(read(webhooks("")), null);
  assert.equal(read("version: 1\ndata_types: { sleep: {} }"), null);
});
