// Input with other channels than a layer was made for. The message names the layer, its channels and the input's shape.
import { expect, test } from "vitest";
import type * as nn from "../../src/nn/index.js";
import type { Tensor } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";
import { layerCases } from "./cases.js";

const runtime = await useRuntime();

/** Layers without a number of channels, and layers that refuse with PyTorch's own message. */
const others = new RegExp(
  "Conv|Linear|Pool|Dropout|Embedding|Attention|FFN|Sequential|Flatten|Identity|LU$|^(GRU|LSTM|RNN|Soft)|" +
    "Sigmoid|Tanh|weight|spectral|Channels|Unit|Pixel|Positional|MeanVariance|LocalResponse|Scale(Norm)?$|QK|addAnd|" +
    "^(Layer|RMS)Norm$|^InstanceNorm3d",
  "i",
);
const layers = Object.entries(layerCases).filter(
  ([name]) => !others.test(name) || name === "LayerScale",
);

test.each(layers)("%s", (name, make) => {
  const { layer, inputs } = make(runtime);
  const [x, ...conditions] = inputs as Tensor[];
  const layout = (layer as { layout?: string }).layout;
  const axis = x.shape.length === 2 || layout === "nhwc" || /AdaLN|CRMS|RevIN/.test(name) ? -1 : 1;
  const at = name === "InstanceNorm1d" ? 0 : axis < 0 ? x.shape.length - 1 : axis;
  for (const channels of [4, 7, 12]) {
    const wrong = randomTensor(runtime, x.shape.with(at, channels), 1);
    const refused = () =>
      name === "SyncBatchNorm"
        ? (layer as nn.SyncBatchNorm).forwardShards([x, wrong])
        : layer.forward(wrong, ...(more(name, conditions) as never[]));
    const before = runtime.stats().tensors;
    expect(refused).toThrow(
      new RegExp(`^${name}: expected 6 channels, got ${channels} in input of shape `),
    );
    expect(runtime.stats().tensors).toBe(before);
  }
});

/** The arguments of `forward` after x. */
function more(name: string, conditions: Tensor[]): unknown[] {
  if (name.startsWith("Conditional")) return [[2, 0]];
  return name === "AdaLNZero" ? [...conditions, (x: Tensor) => x, (x: Tensor) => x] : conditions;
}
