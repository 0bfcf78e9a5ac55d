import { describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd.js";
import * as nn from "../../src/nn/index.js";
import * as ops from "../../src/ops/index.js";
import type { Tensor } from "../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const sides = (dims: number, n: number) => new Array(dims).fill(n);
const forward = [nn.Conv1d, nn.Conv2d, nn.Conv3d];
const transposed = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d];
const operations = [ops.conv1d, ops.conv2d, ops.conv3d] as unknown as ((
  x: Tensor,
  w: Tensor,
  options: object,
) => Tensor)[];

describe.each([1, 2, 3])("convolutions of %i axes", (dims) => {
  const Conv = forward[dims - 1] as typeof nn.Conv2d;
  const image = [5, 6, 7].slice(0, dims);

  test("keys and shapes are PyTorch's", () => {
    const conv = new Conv(4, 6, 3 as never, { groups: 2, runtime });
    expect([...conv.stateDict()].map(([key, t]) => [key, t.shape])).toEqual([
      ["weight", [6, 2, ...sides(dims, 3)]],
      ["bias", [6]],
    ]);
    const Transposed = transposed[dims - 1] as typeof nn.ConvTranspose2d;
    const back = new Transposed(4, 6, 3 as never, { groups: 2, bias: false, runtime });
    expect([...back.stateDict()].map(([key, t]) => [key, t.shape])).toEqual([
      ["weight", [4, 3, ...sides(dims, 3)]],
    ]);
    const size = `kernel_size=(${sides(dims, 3).join(", ")}${dims === 1 ? "," : ""})`;
    const step = `stride=(${sides(dims, 1).join(", ")}${dims === 1 ? "," : ""})`;
    expect(String(conv)).toBe(`Conv${dims}d(4, 6, ${size}, ${step}, groups=2)`);
    const other = new Conv(4, 6, 3 as never, { padding: "same", paddingMode: "reflect", runtime });
    expect(String(other)).toBe(
      `Conv${dims}d(4, 6, ${size}, ${step}, padding=same, padding_mode=reflect)`,
    );
  });

  test.each(["reflect", "replicate", "circular"] as const)(
    "paddingMode %s is `pad` before",
    (mode) => {
      const conv = new Conv(2, 3, 3 as never, { padding: 2, paddingMode: mode, runtime });
      const x = randomTensor(runtime, [2, 2, ...image], 1, true);
      const around = ops.pad(x, sides(2 * dims, 2), { mode });
      const want = operations[dims - 1](around, conv.weight, { bias: conv.bias });
      const y = conv.forward(x);
      expect(y.toArray()).toEqual(want.toArray());
      expect(() => conv.forward(randomTensor(runtime, [2], 1))).toThrow(
        `conv${dims}d: expected input`,
      );
      const last = new Conv(2, 3, 3 as never, {
        padding: 2,
        paddingMode: mode,
        layout: "nhwc",
        runtime,
      });
      last.loadStateDict(conv.stateDict());
      const space = image.map((_, d) => d);
      const turned = ops.permute(x, [0, ...space.map((d) => d + 2), 1]);
      const back = ops.permute(last.forward(turned), [0, dims + 1, ...space.map((d) => d + 1)]);
      expectClose(back.toArray(), y.toArray(), 1e-6);
    },
  );

  test("refusals in the layer's own name", () => {
    const name = `Conv${dims}d`;
    const make = (options: object) => () => new Conv(4, 6, 3 as never, { runtime, ...options });
    const { tensors } = runtime.stats();
    expect(make({ padding: "valid" })).toThrow(`${name}: expected padding "same" or numbers`);
    expect(make({ padding: sides(dims + 1, 1) })).toThrow(
      `${name}: expected padding a number or [`,
    );
    expect(make({ paddingMode: "mirror" })).toThrow(`${name}: expected paddingMode`);
    expect(make({ stride: 0 })).toThrow(`${name}: expected stride`);
    expect(make({ groups: 3 })).toThrow(`${name}: in_channels must be divisible by groups`);
    expect(runtime.stats().tensors).toBe(tensors);
  });
});

test("channels last: a convolution folds a norm of its layout, and no other", () => {
  const conv = new nn.Conv2d(3, 4, 3, { padding: "same", layout: "nhwc", runtime });
  const norm = new nn.BatchNorm2d(4, { layout: "nhwc", runtime });
  norm.runningMean?.data.set(normal(4, 1));
  norm.weight?.data.set(normal(4, 2));
  const net = new nn.Sequential(conv, norm, new nn.ReLU());
  net.eval();
  const x = randomTensor(runtime, [2, 5, 6, 3], 3);
  const want = net.forward(x).toArray();
  expectClose(noGrad(() => net.forward(x)).toArray(), want, 1e-6);
  expectClose(
    nn
      .foldBatchNorm(conv, norm)
      .forward(x)
      .toArray()
      .map((v) => Math.max(v, 0)),
    want,
    1e-6,
  );
  const other = new nn.BatchNorm2d(4, { runtime });
  other.eval();
  expect(() => nn.foldBatchNorm(conv, other)).toThrow("of the channels of a Conv2d");
});
