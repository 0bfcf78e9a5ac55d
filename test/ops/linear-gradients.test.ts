// Gradients that do not depend on the input, as for an affine map. A NaN or an infinity in the input, or in another
// operand that the gradient does not use, must not reach them.
import { describe, expect, test } from "vitest";
import * as ops from "../../src/ops/index.js";
import { ones, type Shape, sizeOf, type Tensor, tensor } from "../../src/tensor.js";
import { normal, useRuntime } from "../helpers.js";
import { direct, type Layout, turned } from "./layout-cases.js";

const runtime = await useRuntime();

interface Row {
  shapes: Shape[];
  op: (...inputs: Tensor[]) => Tensor;
  /** The input with index `poisoned` does not affect the gradients of the inputs `free`. */
  poisoned: number;
  free: number[];
}

const methods = { ...direct, ...turned };
const perLayout = (name: string): [string, Row][] =>
  (["nchw", "nhwc"] as const).flatMap((layout) =>
    [1, 1e-20, 1e20].map((variance): [string, Row] => {
      const shape = layout === "nchw" ? [3, 5, 4, 3] : [3, 4, 3, 5];
      const { learned, moved, op } = methods[name];
      const statistics = () =>
        (moved?.(5) ?? []).map((of) => {
          const t = ones(of, { runtime });
          t.data.set(t.data.map((_, i) => (i % 2 ? variance : 1)));
          return t;
        });
      const shapes = [shape, ...learned(3, 5)];
      return [
        `${name}, ${layout}, variance ${variance}`,
        {
          shapes,
          op: (x, ...rest) => op(x, rest, statistics(), { layout } as Layout),
          poisoned: 0,
          // The indices of the input and the shift.
          free: shapes.length > 2 ? [0, shapes.length - 1] : [0],
        },
      ];
    }),
  );

const x4 = [2, 4, 5, 5];
const rows: [string, Row][] = [
  ...[
    "batchNorm, evaluation",
    "instanceNorm, evaluation",
    "conditionalBatchNorm, evaluation",
    "film",
    "layerScale",
  ].flatMap(perLayout),
  ...[
    [7, 5],
    [70, 5],
    [5, 7, 3],
  ].map((shape): [string, Row] => [
    `batchNorm of [${shape}], evaluation`,
    {
      shapes: [shape, [shape[1]], [shape[1]]],
      op: (x, weight, bias) => {
        const of = [shape[1]];
        const runningMean = ones(of, { runtime });
        return ops.batchNorm(x, { weight, bias, runningMean, runningVar: ones(of, { runtime }) });
      },
      poisoned: 0,
      free: [0, 2],
    },
  ]),
  ...[false, true].map((training): [string, Row] => [
    `masked batchNorm, the padding, training ${training}`,
    {
      shapes: [[2, 3, 4]],
      op: (x) => {
        const mask = tensor([1, 1, 1, 0, 1, 1, 0, 0], [2, 4], { runtime });
        const [runningMean, runningVar] = [0, 1].map(() => ones([3], { runtime }));
        return ops.batchNorm(x, { mask, training, runningMean, runningVar });
      },
      poisoned: 0,
      free: training ? [] : [0],
    },
  ]),
  [
    "batchRenorm, evaluation",
    {
      shapes: [x4],
      op: (x) => {
        const [runningMean, runningVar] = [0, 1].map(() => ones([4], { runtime }));
        return ops.batchRenorm(x, { runningMean, runningVar });
      },
      poisoned: 0,
      free: [0],
    },
  ],
  [
    "ghostBatchNorm, evaluation",
    {
      shapes: [x4],
      op: (x) => {
        const [runningMean, runningVar] = [0, 1].map(() => ones([4], { runtime }));
        return ops.ghostBatchNorm(x, { runningMean, runningVar });
      },
      poisoned: 0,
      free: [0],
    },
  ],
  [
    "powerNorm, evaluation",
    {
      shapes: [x4, [4], [4]],
      op: (x, weight, bias) => {
        const [runningPhi, emaGz] = [0, 1].map(() => ones([4], { runtime }));
        return ops.powerNorm(x, { weight, bias, runningPhi, emaGz });
      },
      poisoned: 0,
      free: [0, 2],
    },
  ],
  [
    "iterNorm, evaluation",
    {
      shapes: [x4],
      op: (x) => {
        const options = { runningMean: ones([4], { runtime }) };
        return ops.iterNorm(x, { ...options, runningWhitening: ones([1, 4, 4], { runtime }) });
      },
      poisoned: 0,
      free: [0],
    },
  ],
  ["add", { shapes: [x4, [4, 1, 1]], op: ops.add, poisoned: 0, free: [0, 1] }],
  ["sub", { shapes: [x4, [4, 1, 1]], op: ops.sub, poisoned: 0, free: [0, 1] }],
  ["mul", { shapes: [x4, [4, 1, 1]], op: ops.mul, poisoned: 0, free: [0] }],
  ["mul, the other", { shapes: [x4, [4, 1, 1]], op: ops.mul, poisoned: 1, free: [1] }],
  ["div", { shapes: [x4, [4, 1, 1]], op: (a, b) => ops.div(a, b), poisoned: 0, free: [0] }],
  ["modulate", { shapes: [x4, x4, x4], op: ops.modulate, poisoned: 0, free: [0, 2] }],
  [
    "linear",
    {
      shapes: [[7, 6], [5, 6], [5]],
      op: (x, w, b) => ops.linear(x, w, b),
      poisoned: 0,
      free: [0, 2],
    },
  ],
  [
    "linear, weight",
    {
      shapes: [[7, 6], [5, 6], [5]],
      op: (x, w, b) => ops.linear(x, w, b),
      poisoned: 1,
      free: [1, 2],
    },
  ],
  [
    "matmul",
    {
      shapes: [
        [2, 7, 6],
        [2, 6, 5],
      ],
      op: ops.matmul,
      poisoned: 0,
      free: [0],
    },
  ],
  ...[
    [3, 3],
    [1, 1],
    [2, 5],
  ].flatMap((kernel) =>
    [8, 2].map((out): [string, Row] => [
      `conv2d ${kernel} to ${out}`,
      {
        shapes: [[2, 12, 9, 9], [out, 12, ...kernel], [out]],
        op: (x, weight, bias) => ops.conv2d(x, weight, { bias, padding: 1 }),
        poisoned: 0,
        free: [0, 2],
      },
    ]),
  ),
  [
    "convTranspose2d",
    {
      shapes: [[2, 8, 5, 5], [8, 4, 3, 3], [4]],
      op: (x, weight, bias) => ops.convTranspose2d(x, weight, { bias, stride: 2 }),
      poisoned: 0,
      free: [0, 2],
    },
  ],
  ["avgPool2d", { shapes: [x4], op: (x) => ops.avgPool2d(x, 2), poisoned: 0, free: [0] }],
  ["sum", { shapes: [x4], op: (x) => ops.sum(x, [1, 3]), poisoned: 0, free: [0] }],
  ["mean", { shapes: [x4], op: (x) => ops.mean(x, 2), poisoned: 0, free: [0] }],
  [
    "layerNorm, bias",
    {
      shapes: [[6, 9], [9], [9]],
      op: (x, weight, bias) => ops.layerNorm(x, [9], { weight, bias }),
      poisoned: 0,
      free: [2],
    },
  ],
  [
    "batchNorm, bias",
    {
      shapes: [x4, [4], [4]],
      op: (x, weight, bias) => ops.batchNorm(x, { weight, bias, training: true }),
      poisoned: 0,
      free: [2],
    },
  ],
  [
    "layerNorm2d, bias",
    {
      shapes: [x4, [4], [4]],
      op: (x, weight, bias) => ops.layerNorm2d(x, { weight, bias }),
      poisoned: 0,
      free: [2],
    },
  ],
];

describe.each(rows)("%s", (_, { shapes, op, poisoned, free }) => {
  test.each([NaN, Infinity, -Infinity])("%d", (bad) => {
    const gradients = (at: number | null) => {
      const inputs = shapes.map((of, i) =>
        tensor(normal(sizeOf(of), i + 1), of, { runtime, requiresGrad: true }),
      );
      if (at !== null) inputs[poisoned].data[at] = bad;
      const y = op(...inputs);
      y.backward(tensor(normal(y.size, 9), y.shape, { runtime }));
      return free.map((i) => inputs[i].grad?.toArray() ?? new Float32Array());
    };
    const want = gradients(null);
    for (const at of [0, sizeOf(shapes[poisoned]) - 1]) {
      gradients(at).forEach((got, i) => {
        const off = got.findIndex((v, k) => !(Math.abs(v - want[i][k]) <= 1e-6 * Math.abs(v)));
        expect(off, `of input ${free[i]}, ${got[off]} for ${want[i][off]}`).toBe(-1);
      });
    }
  });
});

test("what partial RMS norm does not count in its statistic depends on that alone", () => {
  const gradient = (other: number) => {
    const x = tensor(normal(40, 1), [5, 8], { runtime, requiresGrad: true });
    for (let r = 0; r < 5; r++) x.data[8 * r + 7] = other;
    ops.rmsNorm(x, [8], { partial: 0.5 }).backward(tensor(normal(40, 2), [5, 8], { runtime }));
    return x.grad?.toArray().filter((_, i) => i % 8 >= 4);
  };
  expect(gradient(NaN)).toEqual(gradient(1));
});
