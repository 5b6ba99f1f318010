import assert from "node:assert/strict";
import fc from "fast-check";
import { COLUMN_TYPES, type ColumnType, fit } from "../../lib/values/column_type.ts";
import { DatabaseError } from "../../lib/errors.ts";
import { withPostgres } from "../support/server_database.ts";
import { onServerFirst } from "../support/server_first.ts";

const NUL = "\0";
const HALF = "\ud800";

/** Values that fit each type. */
const FITS: Record<ColumnType, readonly unknown[]> = {
  "text": ["", "Ä\t\n\\", "💍", 7, -0.5, true],
  "smallint": [0, -32768, 32767, "12", "-3", "+4", 5.0],
  "integer": [-2147483648, 2147483647, "0007"],
  "bigint": [9007199254740991, "9223372036854775807", "-9223372036854775808", 2 ** 60],
  "real": [0, -1.5, 3.4028234663852886e38, 1e-45, "2.5", ".5"],
  "double precision": [1.7976931348623157e308, 5e-324, "1e10", "-.5e-3", 42],
  "numeric": ["0.1000000000000000055511151231257827", "1e-300", 0.1, 1e300, "+3."],
  "boolean": [true, false, "true", "false"],
  "date": ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
  "timestamptz": [
    "2024-05-01T23:59:59.999999+14:00",
    "2024-05-01 10:00",
    "2024-05-01t10:00:00z",
    "2024-05-01T10:00:00-0330",
    "2024-05-01T10:00+02",
    "2024-05-01T10:00:00.123456789Z",
    "2024-05-01T10:00:00-15:59",
    "0001-01-01T00:00:00-00:01",
    "9999-12-31T23:59:59+00:01",
    1714557600000,
    -1,
  ],
  "interval": [0, 90, -12600, 0.25, 1e-7, 9e10, "PT1H30M", "P1DT12H", "PT0.5S", "P2W", "P1Y2M3D"],
  "jsonb": [{ a: [1, null, "x"] }, [], "text", 1.5, true, 1e308],
  "text[]": [[], ["a", null, 'q"\\,{}'], [1, true]],
};

/** Values that do not. */
const MISFITS: Record<ColumnType, readonly unknown[]> = {
  "text": [{}, [], `a${NUL}b`, HALF, Infinity],
  "smallint": [32768, -32769, 1.5, "1.5", "", "x", true, {}, [1], NaN, Infinity, "0x10"],
  "integer": [2147483648, "2147483648", 1e300],
  "bigint": ["9223372036854775808", 2 ** 63, -(2 ** 64), "99999999999999999999"],
  "real": [3.5e38, -1e39, "1e39", "NaN", "", " 1", 1e-46, "1e-46", true],
  "double precision": [Infinity, NaN, "1e309", "1e-400", "Infinity", "1,5", {}],
  "numeric": ["1e400", "abc", Infinity, [], "0." + "1".repeat(20_000)],
  "boolean": ["yes", 0, 1, "", "TRUE"],
  "date": ["2023-02-29", "1900-02-29", "2024-13-01", "2024-1-1", "0000-01-01", 20240101, "today"],
  "timestamptz": [
    "2024-05-01",
    "2024-05-01T24:00:00Z",
    "2024-05-01T10:60:00Z",
    "2024-05-01T10:00:60Z",
    "2023-02-30T10:00:00Z",
    "2024-05-01T10:00:00+16:00",
    "2024-05-01T10:00:00+01:60",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "now",
    1.5,
    1e17,
    true,
  ],
  "interval": [
    "PT",
    "P",
    "",
    "1 day",
    "P99999999999Y",
    "PT99999999999999H",
    "-P1D",
    1e12,
    NaN,
    true,
    {},
  ],
  "jsonb": [{ a: `x${NUL}` }, [[HALF]], { [`k${NUL}`]: 1 }, NUL, -Infinity],
  "text[]": ["a", {}, [["a"]], [{}], [NUL]],
};

for (const type of COLUMN_TYPES) {
  Deno.test(`fit() takes what a ${type} column holds, and nothing else`, () => {
    for (const value of FITS[type]) {
      assert.equal(fit(value, type).ok, true, `${JSON.stringify(value)} fits`);
    }
    for (const value of MISFITS[type]) {
      assert.equal(fit(value, type).ok, false, `${JSON.stringify(value)} does not fit`);
    }
  });
}

Deno.test("fit() takes null and nothing at all for every type", () => {
  for (const type of COLUMN_TYPES) {
    assert.deepEqual(fit(null, type), { ok: true, value: null });
    assert.deepEqual(fit(undefined, type), { ok: true, value: null });
  }
});

Deno.test("fit() reads a time without a zone as UTC and a whole number as unix milliseconds", () => {
  assert.deepEqual(fit("2024-05-01T10:00", "timestamptz"), {
    ok: true,
    value: "2024-05-01T10:00Z",
  });
  assert.deepEqual(fit(0, "timestamptz"), { ok: true, value: "1970-01-01T00:00:00.000Z" });
});

const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.bigInt().map(String),
  fc.integer(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(...Object.values(FITS).flat(), ...Object.values(MISFITS).flat()),
);

Deno.test("fit() never quotes the value in its reason", () => {
  // Digits and letters that no message of ours contains by itself.
  const secret = fc.stringMatching(/^[q-z]{2}[2-8]{9}$/);
  const hidden = fc.oneof(
    secret,
    secret.map((text) => [text]),
    secret.map((text) => ({ [text]: text })),
    secret.map((text) => `${text}${NUL}`),
  );
  fc.assert(fc.property(hidden, fc.constantFrom(...COLUMN_TYPES), (value, type) => {
    const fitted = fit(value, type);
    const inner = JSON.stringify(value).match(/[q-z]{2}[2-8]{9}/)![0];
    if (!fitted.ok) assert.ok(!fitted.reason.includes(inner));
  }));
});

/** The value as a column of this type returns it, through the loader's own `jsonb_to_recordset`. */
const throughColumn = (type: ColumnType) =>
  `SELECT v::text AS v FROM jsonb_to_recordset($1::text::jsonb) AS r(v ${type})`;

onServerFirst("what fit() accepts, the database accepts", async (db) => {
  for (const type of COLUMN_TYPES) {
    const sample = fc.sample(anyValue, 300);
    const sent = [...FITS[type], ...sample].flatMap((value) => {
      const fitted = fit(value, type);
      return fitted.ok ? [{ v: fitted.value }] : [];
    });
    const { rowCount } = await db.query(throughColumn(type), [JSON.stringify(sent)]).catch(
      async (error) => {
        for (const item of sent) {
          await db.query(throughColumn(type), [JSON.stringify([item])]).catch(() => {
            throw new Error(`${type} refuses ${JSON.stringify(item)}`);
          });
        }
        throw error;
      },
    );
    assert.equal(rowCount, sent.length);
  }
}, { migrated: false });

/** What PostgreSQL would keep as it is, and `fit` leaves out: no JSON means it so. */
const OUR_CHOICE: readonly unknown[] = ["NaN", "Infinity", "1 day"];

Deno.test("what fit() refuses, PostgreSQL refuses or changes", async () => {
  await withPostgres("oura", async (db) => {
    for (const type of COLUMN_TYPES) {
      for (const value of MISFITS[type]) {
        if (OUR_CHOICE.includes(value)) continue;
        const text = JSON.stringify([{ v: value }]);
        const stored = await db.query<{ v: string | null }>(throughColumn(type), [text]).catch(
          (error) => {
            assert.ok(error instanceof DatabaseError);
            return null;
          },
        );
        const kept = stored?.rows[0]?.v;
        assert.notEqual(kept, value, `${type} keeps ${text}`);
      }
    }
  });
});
