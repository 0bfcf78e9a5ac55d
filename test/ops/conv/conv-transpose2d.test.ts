import { describe, expect, test } from "vitest";
import {
  type ConvTranspose2dOptions,
  convTranspose2d,
} from "../../../src/ops/conv/conv-transpose2d.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/conv-transpose2d.js";

/**
 * Blocks of 256 products summed in float32 stay within 1e-6 in norm. A result with a lost or extra product does not.
 */
const TOLERANCE = 1e-6;

const runtime = await useRuntime();

const g = (
  input: number[],
  weight: number[],
  rest: Omit<reference.ConvTransposeGeometry, "input" | "weight"> = {},
): reference.ConvTransposeGeometry => ({ input, weight, ...rest });
const two = (s: number): [number, number] => [s, s];

const table: [why: string, geometry: reference.ConvTransposeGeometry][] = [
  ["one product", g([1, 1, 1, 1], [1, 1, 1, 1])],
  ["stride 1", g([2, 3, 5, 7], [3, 4, 3, 3])],
  ["padding cuts the output", g([2, 3, 5, 7], [3, 4, 3, 3], { padding: two(1) })],
  [
    "up-sampling to twice the size",
    g([2, 17, 6, 5], [17, 9, 3, 3], { stride: two(2), padding: two(1), outputPadding: two(1) }),
  ],
  ["up-sampling, 4×4 kernel", g([2, 3, 5, 5], [3, 4, 4, 4], { stride: two(2), padding: two(1) })],
  ["stride above the kernel: pixels of bias", g([2, 3, 3, 4], [3, 2, 2, 2], { stride: two(3) })],
  ["1×1, stride 2", g([2, 3, 4, 4], [3, 2, 1, 1], { stride: two(2), outputPadding: two(1) })],
  [
    "output padding above the stride, below the dilation",
    g([2, 2, 4, 4], [2, 3, 3, 3], { dilation: two(3), outputPadding: two(2) }),
  ],
  ["two groups", g([2, 4, 5, 5], [4, 3, 3, 3], { groups: 2, stride: two(2) })],
  ["depthwise", g([2, 5, 5, 5], [5, 1, 3, 3], { groups: 5, stride: two(2), padding: two(1) })],
  [
    "everything unequal in height and width",
    g([3, 4, 4, 3], [4, 3, 3, 2], {
      stride: [2, 3],
      padding: [1, 2],
      outputPadding: [1, 2],
      dilation: [2, 3],
      groups: 2,
    }),
  ],
  ["padding wider than the kernel", g([1, 2, 6, 6], [2, 3, 3, 3], { padding: two(3) })],
  ["empty batch", g([0, 3, 4, 4], [3, 2, 3, 3])],
  ["no channels: the bias", g([2, 0, 3, 3], [0, 4, 3, 3])],
];

describe("convTranspose2d", () => {
  test.each(table)("%s", (_, geometry) => {
    const { input, weight: kernel, ...options } = geometry;
    const outputs = kernel[1] * (geometry.groups ?? 1);
    const x = randomTensor(runtime, input, 1, true);
    const weight = randomTensor(runtime, kernel, 2, true);
    const bias = randomTensor(runtime, [outputs], 3, true);
    const y = convTranspose2d(x, weight, { bias, ...options });
    expect(y.shape).toEqual(reference.convTranspose2dShape(geometry));
    const dy = normal(y.size, 4);
    y.backward(tensor(dy, y.shape, { runtime }));
    const want = reference.convTranspose2dBackward(geometry, dy, x.data, weight.data);
    const output = reference.convTranspose2d(geometry, x.data, weight.data, bias.data);
    expectClose(y.data, output, TOLERANCE, "y");
    expectClose(x.grad?.data ?? [], want.dx, TOLERANCE, "dx");
    expectClose(weight.grad?.data ?? [], want.dWeight, TOLERANCE, "dWeight");
    expectClose(bias.grad?.data ?? [], want.dBias, TOLERANCE, "dBias");
  });

  test("gradients agree with differences of the forward pass", () => {
    const options = { stride: two(2), padding: two(1), outputPadding: two(1) };
    const geometry = g([2, 3, 3, 4], [3, 2, 3, 3], options);
    gradcheck(
      (x, weight, bias) => convTranspose2d(x, weight, { bias, ...options }),
      (x, weight, bias) => reference.convTranspose2d(geometry, x, weight, bias),
      [
        randomTensor(runtime, geometry.input, 1),
        randomTensor(runtime, geometry.weight, 2),
        randomTensor(runtime, [2], 3),
      ],
    );
  });

  test.each(goldenCases("support", "conv_transpose2d"))("golden: $name ($id)", (golden) => {
    const { input, weight, bias, grad_output } = golden.tensors(runtime);
    const { stride, padding, output_padding: outputPadding } = golden.attributes as never;
    const y = convTranspose2d(input, weight, { bias, stride, padding, outputPadding });
    y.backward(grad_output);
    golden.compare({
      output: y,
      grad_input: input.grad,
      grad_weight: weight.grad,
      grad_bias: bias?.grad,
    });
  });

  test("the same bits on any number of threads", async () => {
    await expectSameBits((runtime) =>
      [1, 2].flatMap((stride) => {
        const x = randomTensor(runtime, [5, 24, 12, 12], 1, true);
        const weight = randomTensor(runtime, [24, 20, 3, 3], 2, true);
        const bias = randomTensor(runtime, [20], 3, true);
        const y = convTranspose2d(x, weight, { bias, stride, padding: 1 });
        y.backward(randomTensor(runtime, y.shape, 4));
        return [y, x.grad, weight.grad, bias.grad].map((t) => t?.toArray() ?? []);
      }),
    );
  });

  test("frees all it allocates for itself", () => {
    const x = randomTensor(runtime, [2, 4, 5, 5], 1, true);
    const weight = randomTensor(runtime, [4, 3, 3, 3], 2, true);
    const before = runtime.stats().bytes;
    const y = convTranspose2d(x, weight, { stride: 2, padding: 1 });
    const dy = randomTensor(runtime, y.shape, 4);
    y.backward(dy);
    for (const t of [x.grad, weight.grad, y, dy]) t?.dispose();
    expect(runtime.stats().bytes).toBe(before);
  });

  const call =
    (options: ConvTranspose2dOptions = {}, input = [2, 4, 5, 5], weight = [4, 6, 3, 3]) =>
    () =>
      convTranspose2d(zeros(input, { runtime }), zeros(weight, { runtime }), options);
  const refused: [why: string, act: () => unknown, message: string][] = [
    ["channels that differ", call({}, [2, 3, 5, 5]), "expected input with 4 channels"],
    ["a plane", call({}, [5, 5]), "expected input of shape [N, C, H, W] or [C, H, W]"],
    ["a flat weight", call({}, [2, 4, 5, 5], [4, 6]), "weight of shape [in, out / groups, kh, kw]"],
    ["groups that do not divide", call({ groups: 3 }), "in channels divisible by 3 groups"],
    [
      "output padding of the stride",
      call({ stride: 2, outputPadding: 2 }),
      "output padding must be smaller than either stride or dilation, got 2",
    ],
    [
      "output padding below 0",
      call({ outputPadding: -1 }),
      "outputPadding a number or [height, width] of integers ≥ 0",
    ],
    ["no output", call({ padding: 4 }), "expected an output of at least one pixel, got -1×-1"],
    ["no input", call({}, [2, 4, 0, 5]), "expected an output of at least one pixel"],
    ["stride 0", call({ stride: 0 }), "stride a number or [height, width]"],
  ];
  test.each(refused)("refuses %s", (_, act, message) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });
  test("refuses another bias", () => {
    expect(call({ bias: zeros([4], { runtime }) })).toThrow("expected bias of shape [6], got [4]");
  });
});
