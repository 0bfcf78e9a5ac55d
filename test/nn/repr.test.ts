// Layers print as PyTorch prints them.
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as models from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { layerCases } from "./cases.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});
afterAll(() => runtime.close());

test.each<[(o: { runtime: Runtime }) => nn.Module, string]>([
  [
    (o) => new nn.BatchNorm2d(4, o),
    "BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
  ],
  [
    (o) => new nn.InstanceNorm1d(4, { ...o, momentum: null, eps: 1e-12, layout: "nhwc" }),
    "InstanceNorm1d(4, eps=1e-12, momentum=None, affine=False, track_running_stats=False, layout='nhwc')",
  ],
  [(o) => new nn.GroupNorm(2, 4, o), "GroupNorm(2, 4, eps=1e-05, affine=True)"],
  [(o) => new nn.LayerNorm(4, o), "LayerNorm((4,), eps=1e-05, elementwise_affine=True)"],
  [(o) => new nn.RMSNorm([4, 3], o), "RMSNorm((4, 3), eps=None, elementwise_affine=True)"],
  [(o) => new nn.Linear(3, 2, o), "Linear(in_features=3, out_features=2, bias=True)"],
  [(o) => new nn.Conv2d(3, 4, 3, o), "Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))"],
  [
    (o) =>
      new nn.Conv2d(4, 8, [3, 1], { ...o, padding: [1, 0], groups: 2, stride: 2, bias: false }),
    "Conv2d(4, 8, kernel_size=(3, 1), stride=(2, 2), padding=(1, 0), groups=2, bias=False)",
  ],
  [
    (o) => new nn.ConvTranspose2d(4, 2, 3, { ...o, stride: 2, outputPadding: 1 }),
    "ConvTranspose2d(4, 2, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1))",
  ],
  [(o) => new nn.Embedding(5, 3, o), "Embedding(5, 3)"],
  [() => new nn.Dropout(0.1), "Dropout(p=0.1)"],
  [() => new nn.ReLU(), "ReLU()"],
  [
    (o) => new nn.Sequential(new nn.Linear(2, 2, o), new nn.Sequential(new nn.ReLU())),
    `Sequential(
  (0): Linear(in_features=2, out_features=2, bias=True)
  (1): Sequential(
    (0): ReLU()
  )
)`,
  ],
])("%#", (make, text) => {
  const layer = make({ runtime });
  expect(String(layer)).toBe(text);
  expect(inspect(layer)).toBe(text);
});

test.each(Object.entries(layerCases))("%s prints", (_, make) => {
  const { layer } = make(runtime);
  expect(String(layer)).toMatch(new RegExp(`^${layer.constructor.name}\\([^]*\\)$`));
  expect(String(layer)).not.toMatch(/\[object|undefined|Tensor/);
});

test("networks print the layers within", () => {
  const net = new models.NormResNet({ norm: "gn", width: 4, runtime });
  expect(String(net)).toContain("      (1): GroupNorm(4, 4, eps=1e-05, affine=True)\n");
});
