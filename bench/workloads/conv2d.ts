import { noGrad } from "../../src/autograd.js";
import {
  implicitForward,
  implicitInputGradient,
  implicitWeightGradient,
} from "../../src/ops/conv/conv.js";
import type { ConvShape } from "../../src/ops/conv/conv-plan.js";
import { conv2d } from "../../src/ops/conv/conv2d.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { empty, type Shape, sizeOf, type Tensor } from "../../src/tensor.js";
import { type ConvSizes, outputSize, PlainConv } from "../plain/conv2d.js";
import { program } from "../program.js";
import {
  type Cost,
  leaf,
  ROUNDING,
  type Step,
  takeGradients,
  values,
  type Workload,
} from "../workload.js";

/** NormResNet's convolutions at width 64, batch 64, 32×32 images: 3×3, padding 1. */
const layers: Layer[] = [
  { shape: [64, 3, 32, 32], outChannels: 64, stride: 1 },
  { shape: [64, 64, 32, 32], outChannels: 128, stride: 2 },
  { shape: [64, 128, 16, 16], outChannels: 256, stride: 2 },
  { shape: [64, 256, 8, 8], outChannels: 512, stride: 2 },
];

/** One image through one layer of a ResNet-50: a convolution without a batch. */
const single: Layer = { shape: [1, 64, 56, 56], outChannels: 64, stride: 1 };

interface Layer {
  shape: Shape;
  outChannels: number;
  stride: number;
}
type Pass = "forward" | "input gradient" | "weight gradient";

/** The convolution of a residual block. */
const residual: Layer = { shape: [16, 64, 32, 32], outChannels: 64, stride: 1 };

const sizesOf = ({ outChannels, stride }: Layer, shape: Shape): ConvSizes => {
  const [batch, channels, height, width] = shape;
  return { batch, channels, height, width, outChannels, kernel: 3, stride };
};

/** The cost of any of the three passes: each reads two of input, output and weights, and writes the third. */
export function convCost(sizes: ConvSizes): Cost {
  const { batch, channels, height, width, outChannels, kernel } = sizes;
  const outputs = batch * outChannels * sizeOf(outputSize(sizes));
  const depth = channels * kernel ** 2;
  return {
    bytes: 4 * (batch * channels * height * width + outputs + outChannels * depth),
    flops: 2 * outputs * depth,
  };
}

const inputs = (sizes: ConvSizes) => {
  const { batch, channels, height, width, outChannels } = sizes;
  const y: Shape = [batch, outChannels, ...outputSize(sizes)];
  const kernel: Shape = [outChannels, channels, 3, 3];
  return {
    x: {
      shape: [batch, channels, height, width],
      list: values([batch, channels, height, width], 1),
    },
    weight: { shape: kernel, list: values(kernel, 2) },
    dy: { shape: y, list: values(y, 3) },
  };
};

function ours(runtime: Runtime, sizes: ConvSizes, pass: Pass): Step {
  const given = inputs(sizes);
  const { stride } = sizes;
  const x = leaf(runtime, given.x.shape, given.x.list, pass === "input gradient");
  const weight = leaf(runtime, given.weight.shape, given.weight.list, pass === "weight gradient");
  const forward = () => conv2d(x, weight, { stride, padding: 1 });
  if (pass === "forward") return { run: () => noGrad(() => [forward()]) };
  const dy = leaf(runtime, given.dy.shape, given.dy.list);
  let y = dy;
  return {
    before: () => {
      y = forward();
    },
    run: () => {
      y.backward(dy);
      return takeGradients([pass === "input gradient" ? x : weight]);
    },
  };
}

/** The pass as an implicit matrix product. 3×3 filters use Winograd instead if it is faster. */
function implicit(runtime: Runtime, sizes: ConvSizes, pass: Pass): Step {
  const { batch: images, channels, height, width, outChannels: rows, stride } = sizes;
  const { x, weight, dy } = inputs(sizes);
  const [image, filters, gradient] = [x, weight, dy].map(({ shape, list }) =>
    leaf(runtime, shape, list),
  );
  const conv = {
    ...{ images, groups: 1, channels, rows, image: [height, width], kernel: [3, 3] },
    ...{ output: outputSize(sizes), stride: [stride, stride], padding: [1, 1], dilation: [1, 1] },
  } as ConvShape;
  const run = {
    forward: () => into(gradient.shape, (y) => implicitForward(conv, y, image, filters)),
    "input gradient": () =>
      into(image.shape, (dx) => implicitInputGradient(conv, dx, gradient, filters)),
    "weight gradient": () =>
      into(filters.shape, (dw) => implicitWeightGradient(conv, dw, gradient, image)),
  }[pass];
  const into = (shape: Shape, fill: (out: Tensor) => void): Tensor => {
    const out = empty(runtime, shape);
    fill(out);
    return out;
  };
  return { run: () => [run()] };
}

function plain(sizes: ConvSizes, pass: Pass): Step {
  const { x, weight, dy } = inputs(sizes);
  const conv = new PlainConv(sizes);
  const run = {
    forward: () => conv.forward(x.list, weight.list),
    "input gradient": () => conv.inputGradient(dy.list, weight.list),
    "weight gradient": () => conv.weightGradient(dy.list, x.list),
  }[pass];
  return { run: () => [run()] };
}

function toProgram(sizes: ConvSizes) {
  const { x, weight } = inputs(sizes);
  const leaves = {
    x: { shape: x.shape, data: x.list },
    weight: { shape: weight.shape, data: weight.list },
  };
  const { stride } = sizes;
  return program(leaves, (apply) => apply("conv2d", ["x", "weight"], { stride, padding: 1 }));
}

const row = (layer: Layer, pass: Pass, step = ours): Workload => ({
  name: `conv2d → ${layer.outChannels}, stride ${layer.stride}, ${pass}${step === ours ? "" : " without Winograd"}`,
  shape: layer.shape,
  tiny: layer.stride === 1 ? [2, layer.shape[1], 10, 9] : [2, layer.shape[1], 6, 5],
  cost: (shape) => convCost(sizesOf(layer, shape)),
  tolerance: ROUNDING,
  ours: (runtime, shape) => step(runtime, sizesOf(layer, shape), pass),
  plain: (shape) => plain(sizesOf(layer, shape), pass),
  program:
    pass === "forward" && step === ours ? (shape) => toProgram(sizesOf(layer, shape)) : undefined,
});

const passes = ["forward", "input gradient", "weight gradient"] as const;

/** The input of the first layer is the data, which needs no gradient. */
export const conv2dRows = [
  row(single, "forward"),
  ...layers.flatMap((layer, i) =>
    passes.filter((pass) => i > 0 || pass !== "input gradient").map((pass) => row(layer, pass)),
  ),
  ...passes.map((pass) => row(residual, pass)),
  ...[residual, layers[1]].flatMap((layer) => passes.map((pass) => row(layer, pass, implicit))),
];
