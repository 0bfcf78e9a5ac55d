// createNorm passes each option to the layer or refuses it.
import { afterAll, beforeAll, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});
afterAll(() => runtime.close());

interface Given {
  eps?: number;
  momentum?: number;
  options?: Given;
}

test.each(nn.normNames())("%s", (name) => {
  for (const option of ["eps", "momentum"] as const) {
    const make = () => nn.createNorm(name, 64, { [option]: 0.25, runtime });
    const { takes } = nn.normTable.find((method) => method.name === name) as nn.NormMethod;
    if (!takes?.includes(option)) {
      expect(make).toThrow(new TypeError(`createNorm: "${name}" has no ${option}`));
      const layer = nn.createNorm(name, 64, { runtime });
      const plain = [...layer.modules()].map(([, module]) => module as Given);
      // The layer itself has no such option either.
      for (const own of plain)
        if (name !== "frozen-bn") expect(own[option] ?? own.options?.[option]).toBeUndefined();
      continue;
    }
    const layers = [...make().modules()].map(([, module]) => module as Given);
    expect(layers.map((own) => own[option] ?? own.options?.[option])).toContain(0.25);
  }
});

test("switches that are neither on nor off", () => {
  const layer = new nn.Linear(2, 2, { runtime });
  expect(() => layer.train("no" as never)).toThrow('train: expected true or false, got "no"');
  expect(layer.training).toBe(true);
  expect(() => {
    layer.weight.requiresGrad = "yes" as never;
  }).toThrow('requiresGrad: expected true or false, got "yes"');
});
