import { expect, test } from "vitest";
import { methodDescriptions } from "../../src/experiments/methods/descriptions.js";
import type { Pattern } from "../../src/experiments/sets.js";
import { cube } from "../../src/show/cube.js";
import { MARKED } from "../../src/show/palette.js";

const bn: Pattern = { samples: "all", channels: "each", positions: "all" };
const instance: Pattern = { samples: "each", channels: "each", positions: "all" };
const layer: Pattern = { samples: "each", channels: "all", positions: "all" };
const group: Pattern = { samples: "each", channels: "group", positions: "all" };
const position: Pattern = { samples: "each", channels: "all", positions: "each" };

/** Of 16 faces each in front, above and at the side. */
const marked = (sets: Pattern | readonly Pattern[]) =>
  cube(sets, "").match(new RegExp(`fill="${MARKED}"`, "g"))?.length;

test.each([
  ["batch norm: one channel through all samples", bn, 4 + 4],
  ["layer norm: one sample", layer, 16 + 4 + 4],
  ["instance norm: one channel of it", instance, 4 + 1],
  ["group norm: half of it", group, 8 + 2],
  ["a position: one row of it", position, 4 + 4 + 1],
  ["a window: two channels beside the edge", { ...position, channels: "window" as const }, 2 + 2],
  ["a part of the batch", { ...bn, samples: "part" as const }, 4 + 2],
  ["several statistics", [bn, layer], 16 + 4 + 3 + 4],
  ["none: the element alone", [], 1 + 1],
])("%s", (_, sets, faces) => {
  expect(marked(sets)).toBe(faces);
});

test("every method that has sets has a drawing", () => {
  for (const { methods } of methodDescriptions)
    for (const { sets, title } of methods) if (sets) expect(cube(sets, title)).toContain(title);
});
