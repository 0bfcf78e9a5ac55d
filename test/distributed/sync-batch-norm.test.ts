import { beforeAll, describe, expect, test } from "vitest";
import { available, type Backend, program, ranks } from "./ranks.js";

interface Run {
  refused?: string;
  counted: { forward: number; both: number; bytes: number; inEvaluation: number };
  bits: number[][];
  [error: string]: unknown;
}
interface Result {
  runs: Record<string, Run>;
  left: number;
}

const map = [6, 5, 3];
const cases = [
  { name: "uneven", shards: [5, 4, 3], sample: map },
  { name: "mean 1e4, an empty rank", shards: [0, 12], sample: map, mean: 1e4 },
  { name: "mean 1e4, columns", shards: [3, 4, 2], sample: [7], mean: 1e4 },
  { name: "one sample in a rank", shards: [11, 1], sample: [4, 8] },
  { name: "one value in a rank", shards: [1, 1], sample: [4, 1, 1] },
  { name: "one value and none", shards: [1, 0, 2], sample: [5, 1, 1], mean: -1e3 },
  { name: "channels last", shards: [3, 5, 0], sample: map, layout: "nhwc" },
  { name: "channels last, silu", shards: [2, 5], sample: map, layout: "nhwc", activation: "silu" },
  { name: "relu", shards: [4, 2, 3], sample: map, activation: "relu" },
  { name: "large planes", shards: [1, 2], sample: [2, 80, 80], mean: 3 },
  { name: "masked, all of rank 0", shards: [2, 3], sample: map, masked: true },
  { name: "masked, channels last", shards: [2, 3], sample: map, masked: true, layout: "nhwc" },
  { name: "x needs no gradient", shards: [2, 2, 2], sample: map, frozenInput: "all" },
  { name: "x of rank 1 needs no gradient", shards: [2, 2, 2], sample: map, frozenInput: 1 },
  { name: "no scale, no shift", shards: [2, 2, 2], sample: map, affine: false },
  {
    name: "x of rank 1 needs none, no scale",
    ...{ shards: [2, 2, 2], sample: map, frozenInput: 1, affine: false },
  },
  {
    name: "masked, x of rank 0 needs none",
    ...{ shards: [2, 3], sample: map, masked: true, frozenInput: 0, affine: false },
  },
  {
    name: "relu, x of rank 1 needs none",
    ...{ shards: [2, 0], sample: map, activation: "relu", frozenInput: 1, affine: false },
  },
  { name: "nobody goes back", shards: [2, 2, 2], sample: map, frozenInput: "all", affine: false },
  { name: "momentum null", shards: [3, 1], sample: map, momentum: null },
];
const refused = [{ name: "a single value in all", shards: [0, 1], sample: [3, 1, 1] }];

let path = "";
beforeAll(async () => {
  path = await program("sync-batch-norm");
});

const hosts: [Backend, number][] = [
  ["local", 2],
  ["local", 3],
  ["local", 4],
  ["openmpi", 3],
  ["mpich", 2],
];

describe("nn.SyncBatchNorm over a process group is batch norm of the whole batch", () => {
  for (const [backend, size] of hosts)
    test.skipIf(!available[backend])(`${backend}, ${size} ranks`, async () => {
      const fitting = cases.filter(({ shards }) => shards.length <= size);
      const got = await ranks<Result>(path, backend, size, { cases: [...fitting, ...refused] });
      expect(got.length).toBe(size);
      for (const { runs, left } of got) {
        expect(left).toBe(0);
        for (const { name, sample } of fitting) {
          const { counted, bits, ...errors } = runs[name];
          expect(errors.refused, name).toBeUndefined();
          for (const [what, error] of Object.entries(errors))
            expect(error, `${name}: ${what}`).toBeLessThanOrEqual(3e-7);
          const bytes = 8 * (2 * sample[0] + 2);
          const both = name === "nobody goes back" ? 1 : 2;
          expect(counted, name).toEqual({ forward: 1, both, bytes, inEvaluation: 0 });
          expect(bits, name).toEqual(got[0].runs[name].bits);
        }
        for (const { name } of refused)
          expect(runs[name].refused).toContain("Expected more than 1 value per channel");
      }
    });

  test("18 ranks: by two sums", async () => {
    const fitting = [
      ...cases.slice(0, 4),
      ...cases.filter(({ name }) => /^x of rank 1/.test(name)),
    ];
    const got = await ranks<Result>(path, "local", 18, { cases: fitting });
    for (const { runs } of got)
      for (const { name } of fitting) {
        const { counted, bits: _, ...errors } = runs[name];
        expect(counted).toMatchObject({ forward: 2, both: 3, inEvaluation: 0 });
        for (const [what, error] of Object.entries(errors))
          expect(error, `${name}: ${what}`).toBeLessThanOrEqual(3e-7);
      }
  });
});
