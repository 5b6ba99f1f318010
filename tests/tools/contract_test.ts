import assert from "node:assert/strict";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { compareContract } from "../../tools/contract/compare.ts";
import { type OpenApi, parseExport } from "../../tools/contract/openapi.ts";
import { CASES, schemaOf } from "./contract_cases.ts";
import { syntheticExport } from "./synthetic_export.ts";

/** Findings that fail or are listed apart: what is accepted with a reason is checked by itself. */
const findingsOf = (spec: OpenApi) =>
  compareContract(spec, CATALOG).filter(({ verdict }) => verdict !== "accepted");

Deno.test("the contract check finds nothing where the export agrees", () => {
  assert.deepEqual(findingsOf(syntheticExport(CATALOG)), []);
});

for (const { name, applyFault, kind, where, message, verdict = "difference" } of CASES) {
  Deno.test(`the contract check finds ${name}`, () => {
    const spec = syntheticExport(CATALOG);
    applyFault(spec);
    const found = findingsOf(spec);
    assert.deepEqual(found.map((f) => [f.verdict, f.kind, f.where]), [[verdict, kind, where]]);
    assert.match(found[0]!.message, message);
  });
}

Deno.test("lenience is accepted with its reason", () => {
  const accepted = compareContract(syntheticExport(CATALOG), CATALOG)
    .filter(({ verdict }) => verdict === "accepted");
  assert.deepEqual([...new Set(accepted.map(({ where }) => where))], [
    "daily_cardiovascular_age.id",
    "heart_rate.timestamp_unix",
    "heart_rate.producer_timestamp",
    "ring_battery_level.timestamp_unix",
    "sleep.bedtime_end",
    "sleep.time_in_bed",
    "meal",
  ]);
  const night = accepted.find(({ where }) => where === "sleep.bedtime_end");
  assert.match(night!.message, /in progress/);
});

Deno.test("parseExport() refuses what is no export, and says why", () => {
  assert.throws(() => parseExport("{"), { code: "FILE_UNREADABLE", message: /not JSON/ });
  assert.throws(() => parseExport('{"openapi": "3.1.0"}'), {
    code: "FILE_UNREADABLE",
    message: /paths/,
  });
});

Deno.test("a schema that holds itself ends the comparison instead of running forever", () => {
  const spec = syntheticExport(CATALOG);
  schemaOf(spec, "PublicWorkout").properties!["label"] = {
    $ref: "#/components/schemas/PublicWorkout",
  };
  const [finding] = findingsOf(spec);
  assert.equal(finding?.where, "workout.label");
  assert.match(finding.message, /export unknown/);
});

async function runContract(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-read", "tools/contract/mod.ts", ...args],
    cwd: new URL("../..", import.meta.url),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test({
  name: "the contract program exits 0 without differences, 1 with any, 2 on misuse",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    const path = await Deno.makeTempFile({ suffix: ".json" });
    try {
      const spec = syntheticExport(CATALOG);
      schemaOf(spec, "PublicWorkout.source").enum!.pop();
      await Deno.writeTextFile(path, JSON.stringify(spec));
      const older = await runContract(path, "--verbose");
      assert.equal(older.code, 0, older.stderr);
      assert.match(older.stdout, /Known to the catalog, not in this export[^]+workout\.source/);
      assert.match(older.stdout, /More lenient[^]+sleep\.bedtime_end/);
      assert.match(older.stdout, /19 data types: no differences, 1 newer/);

      schemaOf(spec, "PublicWorkout").properties!["steps"] = { type: "integer" };
      await Deno.writeTextFile(path, JSON.stringify(spec));
      const differing = await runContract(path);
      assert.equal(differing.code, 1, differing.stderr);
      assert.match(differing.stdout, /Differences:\n {2}workout\.steps {2}field: missing/);
      assert.doesNotMatch(differing.stdout, /More lenient/);

      await Deno.writeTextFile(path, "{}");
      for (const args of [[], [path, path], ["--verbos", path], [path], [`${path}.gone`]]) {
        const misused = await runContract(...args);
        assert.equal(misused.code, 2, args.join(" "));
        assert.equal(misused.stdout, "");
        assert.notEqual(misused.stderr, "");
      }
    } finally {
      await Deno.remove(path);
    }
  },
});
