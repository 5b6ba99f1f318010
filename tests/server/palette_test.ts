/** The palette: told apart by the colour-blind, and text that can be read on its ground. */
import assert from "node:assert/strict";
import TOKENS from "../../server/dashboard/assets/tokens.css" with { type: "text" };

type Rgb = readonly [number, number, number];
type Matrix = readonly [Rgb, Rgb, Rgb];

/**
 * How dichromats see, on linear RGB. Source: Machado, Oliveira and Fernandes, "A Physiologically-based
 * Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009), table for severity 1.0.
 */
const SIGHTS: Readonly<Record<string, Matrix>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** The colours of each theme by name. */
function themes(): Record<string, Record<string, string>> {
  const block = (head: string) => {
    const start = TOKENS.indexOf(head);
    const body = TOKENS.slice(start, TOKENS.indexOf("}", start));
    return Object.fromEntries(
      [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]),
    );
  };
  return { light: block(":root {"), dark: block(':root[data-theme="dark"]') };
}

function linear(hex: string): Rgb {
  const part = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

const dot = (a: Rgb, b: Rgb) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const seen = (matrix: Matrix, colour: Rgb) =>
  matrix.map((row) => Math.min(1, Math.max(0, dot(row, colour)))) as unknown as Rgb;

/** Relative luminance and contrast as WCAG 2.2 defines them. */
const luminance = (hex: string) => dot([0.2126, 0.7152, 0.0722], linear(hex));
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return Math.max(x, y) / Math.min(x, y);
}

/** CIELAB, D65. */
function lab(rgb: Rgb): Rgb {
  const xyz = [
    dot([0.4124564, 0.3575761, 0.1804375], rgb) / 0.95047,
    dot([0.2126729, 0.7151522, 0.072175], rgb),
    dot([0.0193339, 0.119192, 0.9503041], rgb) / 1.08883,
  ].map((value) => value > 216 / 24389 ? Math.cbrt(value) : (value * 24389 / 27 + 16) / 116);
  const [x, y, z] = xyz as unknown as Rgb;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (a: Rgb, b: Rgb) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** The least distance (ΔE of CIE 1976) between any two of these colours, and which they are. */
function closest(colours: Readonly<Record<string, string>>, sight: Matrix) {
  const all = Object.entries(colours).map(([name, hex]) =>
    [name, lab(seen(sight, linear(hex)))] as const
  );
  let least = { pair: "", distance: Infinity };
  for (const [i, [a, x]] of all.entries()) {
    for (const [b, y] of all.slice(i + 1)) {
      const apart = distance(x, y);
      if (apart < least.distance) least = { pair: `${a} and ${b}`, distance: apart };
    }
  }
  return least;
}

/** Sets of which each colour means something else, and how far apart any two must be (ΔE). */
const SETS = [
  { what: "series", names: ["sleep", "readiness", "activity", "heart", "hrv", "body"], least: 10 },
  { what: "stages", names: ["deep", "light", "rem", "awake"], least: 15 },
  { what: "coverage", names: ["data", "open", "reject", "partial", "missing"], least: 10 },
];
const TEXT = ["ink", "soft", "other", "ok", "warn", ...SETS[0]!.names];
/** What a picture says must be seen on the card; a pale cell says that nothing is there. */
const PICTURES = ["deep", "light", "rem", "awake", "data", "open", "reject"];

for (const [theme, colours] of Object.entries(themes())) {
  for (const { what, names, least } of SETS) {
    Deno.test(`${theme}: ${what} are told apart with every kind of sight`, () => {
      const own = Object.fromEntries(names.map((name) => [name, colours[name]!]));
      for (const [sight, matrix] of Object.entries(SIGHTS)) {
        const { pair, distance } = closest(own, matrix);
        assert.ok(distance >= least, `${sight}: ${pair} are ${distance.toFixed(1)} apart`);
      }
    });
  }

  Deno.test(`${theme}: text and pictures have the contrast that WCAG asks for`, () => {
    for (const ground of ["card", "ground"]) {
      const on = (name: string) => contrast(colours[name]!, colours[ground]!);
      for (const name of TEXT) {
        assert.ok(on(name) >= 4.5, `${name} on ${ground}: ${on(name).toFixed(2)}`);
      }
    }
    for (const name of PICTURES) {
      const found = contrast(colours[name]!, colours.card!);
      assert.ok(found >= 3, `${name}: ${found.toFixed(2)}`);
    }
  });
}
