import { describe, expect, test } from "vitest";
import * as ops from "../../../src/ops/index.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import { expectClose, expectSameBits, normal, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/conv-nd.js";

const runtime = await useRuntime();

type Op = (x: Tensor, weight: Tensor, options: object) => Tensor;
const forward: Op[] = [ops.conv1d, ops.conv2d, ops.conv3d] as Op[];
const transposed: Op[] = [ops.convTranspose1d, ops.convTranspose2d, ops.convTranspose3d] as Op[];

/** Compares the forward pass and all gradients with the oracle. Nothing stays behind. */
function check(geometry: reference.NdGeometry, options: object = {}): void {
  const { input, weight: kernel, stride, dilation, groups, outputPadding } = geometry;
  const op = (geometry.transposed ? transposed : forward)[input.length - 3];
  const symmetric = geometry.sides?.every(([a, b]) => a === b);
  const padding = symmetric ? geometry.sides?.map(([a]) => a) : geometry.sides;
  const rows = reference.ndShape(geometry)[1];
  const x = randomTensor(runtime, input, 1, true);
  const weight = randomTensor(runtime, kernel, 2, true);
  const bias = randomTensor(runtime, [rows], 3, true);
  const { tensors } = runtime.stats();
  const given = { bias, stride, padding, dilation, groups, ...options };
  const y = op(x, weight, geometry.transposed ? { ...given, outputPadding } : given);
  expect(y.shape).toEqual(reference.ndShape(geometry));
  const dy = normal(y.size, 4);
  const up = tensor(dy, y.shape, { runtime });
  y.backward(up);
  const output = reference.ndConvolution(geometry, x.data, weight.data, bias.data);
  expectClose(y.data, output, 1e-6, "y");
  const want = reference.ndBackward(geometry, dy, x.data, weight.data);
  [x, weight, bias].forEach((of, i) => {
    expectClose(of.grad?.data ?? [], want[i], 1e-6, ["dx", "dWeight", "dBias"][i]);
  });
  for (const made of [y, up, x.grad, weight.grad, bias.grad]) made?.dispose();
  expect(runtime.stats().tensors).toBe(tensors);
}

const same = (n: number, side: number) => Array.from({ length: n }, () => [side, side]);
const table: [why: string, geometry: reference.NdGeometry][] = [
  ["a line", { input: [2, 3, 9], weight: [4, 3, 3], sides: same(1, 1) }],
  [
    "a line in groups, all unequal",
    {
      input: [2, 4, 17],
      weight: [6, 2, 5],
      stride: [3],
      dilation: [2],
      sides: same(1, 2),
      groups: 2,
    },
  ],
  ["a line, padded behind", { input: [1, 2, 7], weight: [3, 2, 4], sides: [[1, 2]] }],
  ["one pixel", { input: [1, 1, 1], weight: [1, 1, 1] }],
  ["an empty batch of lines", { input: [0, 3, 5], weight: [2, 3, 3] }],
  ["a solid", { input: [2, 2, 4, 5, 3], weight: [3, 2, 3, 3, 3], sides: same(3, 1) }],
  [
    "a solid in groups, all unequal",
    {
      input: [2, 4, 5, 6, 7],
      weight: [6, 2, 2, 3, 1],
      stride: [2, 1, 3],
      dilation: [2, 1, 1],
      sides: [
        [1, 1],
        [0, 2],
        [0, 0],
      ],
      groups: 2,
    },
  ],
  [
    "depth beyond the image",
    {
      input: [1, 1, 1, 2, 2],
      weight: [1, 1, 3, 1, 1],
      sides: same(3, 2).with(1, [0, 0]).with(2, [0, 0]),
    },
  ],
  ["an empty batch of solids", { input: [0, 2, 3, 3, 3], weight: [2, 2, 2, 2, 2] }],
  [
    "an image, padded more behind",
    {
      input: [2, 3, 5, 6],
      weight: [4, 3, 2, 2],
      sides: [
        [0, 1],
        [1, 0],
      ],
    },
  ],
  [
    "a line transposed",
    {
      input: [2, 3, 5],
      weight: [3, 2, 4],
      stride: [2],
      sides: same(1, 1),
      outputPadding: [1],
      transposed: true,
    },
  ],
  [
    "a line transposed in groups",
    { input: [1, 4, 6], weight: [4, 3, 3], dilation: [2], groups: 2, transposed: true },
  ],
  [
    "a solid transposed",
    { input: [1, 3, 2, 3, 2], weight: [3, 2, 2, 2, 2], stride: [2, 2, 2], transposed: true },
  ],
  [
    "a solid transposed, all unequal",
    {
      input: [2, 4, 3, 2, 4],
      weight: [4, 3, 3, 2, 1],
      stride: [2, 3, 1],
      dilation: [1, 2, 1],
      sides: [
        [1, 1],
        [0, 0],
        [0, 0],
      ],
      outputPadding: [1, 2, 0],
      groups: 2,
      transposed: true,
    },
  ],
];

describe("convolutions of one, two and three axes", () => {
  test.each(table)("%s", (_, geometry) => check(geometry));

  test.each([
    [1, 5, 3],
    [2, 6, 3],
    [3, 7, 2],
    [2, 5, 4],
  ])("same: stride %i, %i pixels, kernel %i", (stride, n, kernel) => {
    const all = Math.max((Math.ceil(n / stride) - 1) * stride + kernel - n, 0);
    const side = [Math.floor(all / 2), Math.ceil(all / 2)];
    for (const dims of [1, 2, 3]) {
      const of = (value: number) => new Array(dims).fill(value);
      const geometry = {
        input: [2, 2, ...of(n)],
        weight: [3, 2, ...of(kernel)],
        stride: of(stride),
        sides: of(0).map(() => side),
      };
      expect(reference.ndShape(geometry)[2]).toBe(Math.ceil(n / stride));
      check(geometry, { padding: "same" });
    }
  });

  test.each([...forward, ...transposed])("%o: activation, one image, channels last", (op) => {
    const dims = Number(op.name.at(-2));
    const image = [5, 4, 3].slice(0, dims);
    const x = randomTensor(runtime, [2, 3, ...image], 1, true);
    const weight = randomTensor(runtime, [3, 3, 2, 2, 2].slice(0, dims + 2), 2);
    const bias = randomTensor(runtime, [3], 3);
    for (const activation of [null, "relu", "silu"] as const) {
      const y = op(x, weight, { bias, activation });
      const [first] = [ops.slice(x, 0, 0, 1).reshape([3, ...image])];
      const alone = op(first, weight, { bias, activation });
      expect(alone.shape).toEqual(y.shape.slice(1));
      expectClose(alone.toArray(), y.toArray().subarray(0, alone.size), 1e-6);
      const space = image.map((_, d) => d);
      const turned = ops.permute(x, [0, ...space.map((d) => d + 2), 1]);
      const last = op(turned, weight, { bias, activation, layout: "nhwc" });
      expectClose(
        ops.permute(last, [0, dims + 1, ...space.map((d) => d + 1)]).toArray(),
        y.toArray(),
        1e-6,
      );
      const one = op(ops.slice(turned, 0, 1, 2).reshape([...image, 3]), weight, {
        ...{ bias, activation },
        layout: "nhwc",
      });
      expect(one.shape).toEqual(last.shape.slice(1));
    }
  });

  test("refusals are in the operation's own name, and leave nothing behind", () => {
    const x = zeros([2, 3, 5], { runtime });
    const solid = zeros([2, 3, 4, 4, 4], { runtime });
    const w = zeros([4, 3, 3], { runtime });
    const w3 = zeros([4, 3, 3, 3, 3], { runtime });
    const { tensors } = runtime.stats();
    const refused: [() => unknown, string][] = [
      [() => ops.conv1d(solid, w), "conv1d: expected input of shape [N, C, L] or [C, L], got"],
      [() => ops.conv3d(x, w3), "conv3d: expected input of shape [N, C, D, H, W] or [C, D, H, W]"],
      [
        () => ops.conv1d(solid, w, { layout: "nhwc" }),
        "conv1d: expected input of shape [N, L, C] or [L, C], got",
      ],
      [() => ops.conv1d(x, w3), "conv1d: expected weight of shape [out, in / groups, k], got"],
      [() => ops.conv3d(solid, w3, { groups: 2 }), "conv3d: expected input with 6 channels"],
      [() => ops.conv3d(solid, w3, { groups: 3 }), "conv3d: expected out channels divisible by 3"],
      [
        () => ops.conv1d(x, w, { stride: [1, 1] as never }),
        "stride a number or [length], got [1, 1]",
      ],
      [
        () => ops.conv3d(solid, w3, { dilation: 2 }),
        "conv3d: expected a kernel no larger than the padded",
      ],
      [
        () => ops.conv1d(x, w, { padding: "valid" as never }),
        'conv1d: expected padding "same" or numbers',
      ],
      [
        () =>
          ops.conv1d(x, w, {
            padding: [
              [1, 2],
              [0, 0],
            ],
          }),
        "conv1d: expected padding [before, behind] for each of 1",
      ],
      [() => ops.conv1d(x, w, { padding: [[1, -2]] }), "integers ≥ 0, got [1,-2]"],
      [() => ops.convTranspose1d(x, w), "convTranspose1d: expected input with 4 channels"],
      [
        () => ops.convTranspose1d(x, zeros([3, 1, 2], { runtime }), { outputPadding: 1 }),
        "convTranspose1d: output padding must be smaller",
      ],
      [
        () => ops.convTranspose1d(x, w, { padding: "same" as never }),
        "convTranspose1d: expected padding to be Array or number",
      ],
    ];
    for (const [act, message] of refused) expect(act).toThrow(message);
    expect(runtime.stats().tensors - tensors).toBeLessThanOrEqual(1);
  });

  test.each([...forward, ...transposed])(
    "%o: a NaN reaches what sees it, and nothing else",
    (op) => {
      const dims = Number(op.name.at(-2));
      const image = new Array(dims).fill(5);
      const weight = randomTensor(runtime, [2, 2, ...new Array(dims).fill(2)], 2);
      const values = normal(2 * 5 ** dims, 1);
      const run = (value: number) =>
        op(tensor(values.with(0, value), [1, 2, ...image], { runtime }), weight, {});
      const [want, got] = [run(values[0]), run(Number.NaN)];
      const pixels = want.size / want.shape[1];
      got.toArray().forEach((v, i) => {
        const at = [...Array(dims).keys()].map(
          (d) =>
            Math.floor((i % pixels) / want.shape.slice(3 + d).reduce((a, b) => a * b, 1)) %
            want.shape[2 + d],
        );
        const seen = op.name.includes("Transpose")
          ? at.every((v) => v < 2)
          : at.every((v) => v === 0);
        if (seen) expect(v).toBeNaN();
        else expect(v).toBe(want.toArray()[i]);
      });
    },
  );

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) =>
      [...forward, ...transposed].flatMap((op) => {
        const dims = Number(op.name.at(-2));
        const image = new Array(dims).fill(9);
        const x = randomTensor(runtime, [2, 8, ...image], 1, true);
        const w = randomTensor(runtime, [8, 8, ...new Array(dims).fill(3)], 2, true);
        const y = op(x, w, { padding: 1 });
        y.backward(tensor(normal(y.size, 3), y.shape, { runtime }));
        return [y.toArray(), x.grad?.toArray() ?? [], w.grad?.toArray() ?? []];
      }),
    );
  });
});

const names: Record<string, Op> = {
  conv1d: forward[0],
  conv3d: forward[2],
  conv_transpose1d: transposed[0],
  conv_transpose3d: transposed[2],
};
describe("golden", () => {
  test.each(Object.entries(names))("%s", (name, op) => {
    for (const golden of goldenCases("conv_nd", name)) {
      const { input, weight, bias, grad_output } = golden.tensors(runtime);
      const { output_padding: outputPadding, ...rest } = golden.attributes;
      const output = op(input, weight, {
        bias,
        ...rest,
        ...(outputPadding ? { outputPadding } : {}),
      });
      output.backward(grad_output);
      golden.compare({
        output,
        grad_input: input.grad,
        grad_weight: weight.grad,
        grad_bias: bias.grad,
      });
    }
  });
});
