import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd.js";
import { type NormName, NormResNet } from "../../src/models/index.js";
import type { Sequential } from "../../src/nn/index.js";
import { normNames } from "../../src/nn/index.js";
import { crossEntropy } from "../../src/ops/reduce/cross-entropy.js";
import { Adam } from "../../src/optim/index.js";
import { manualSeed } from "../../src/random.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { expectWithin } from "../golden.js";
import { configurations, procedural } from "../helpers.js";
import { checkFullWidth, countParameters, fullWidth, netJson, netState } from "../nets.js";

describe.each(configurations)("NormResNet with $variant and $threads threads", (options) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime(options);
  });
  afterAll(() => runtime.close());

  test.each(["bn", "ln", "in", "gn"] as const)(
    "%s: five Adam steps from PyTorch's weights",
    (norm) => {
      const expected = netJson(`NormResNet-${norm}`);
      const io = netState(`NormResNet-${norm}.io`, runtime);
      const final = netState(`NormResNet-${norm}.final`, runtime);
      const net = new NormResNet({ norm, widths: expected.attributes.widths, runtime });
      expect(countParameters(net)).toBe(expected.parameter_count);
      net.loadStateDict(netState(`NormResNet-${norm}.init`, runtime));

      const optimizer = new Adam(net.parameters(), { lr: expected.attributes.optimizer.lr });
      const input = tensor(
        Float32Array.from(io.get("input")?.data as Float32Array),
        io.get("input")?.shape,
        { runtime },
      );
      const target = Int32Array.from(io.get("target")?.data as BigInt64Array, Number);
      for (let step = 0; step < expected.attributes.steps; step++) {
        tidy(() => {
          net.zeroGrad();
          const logits = net.forward(input);
          const loss = crossEntropy(logits, target);
          loss.backward();
          const { atol } = expected.losses.tolerance[step];
          expect(
            Math.abs(loss.item() - expected.losses.data[step]),
            `loss ${step}`,
          ).toBeLessThanOrEqual(atol);
          if (step > 0) return optimizer.step();
          expectWithin(
            logits,
            io.get("logits_step0")?.data as Float32Array,
            expected.logits_step0.tolerance,
            "logits",
          );
          for (const [key, parameter] of net.namedParameters()) {
            const want = io.get(`grad.${key}`)?.data as Float32Array;
            expectWithin(
              parameter.grad,
              want,
              expected.grads_step0[key].tolerance,
              `gradient of ${key}`,
            );
          }
          optimizer.step();
        });
      }
      expect([...net.stateDict().keys()]).toEqual([...final.keys()]);
      for (const [key, value] of net.stateDict()) {
        const want = final.get(key) as AnyTensor;
        if (value.dtype === "int64") expect(value.data).toEqual(want.data);
        else {
          const { elements } = expected.final_state.checksums[key];
          expectWithin(value, want.data as Float32Array, { rtol: 0, ...elements }, key);
        }
      }
      net.eval();
      const logits = tidy(() => net.forward(input));
      expectWithin(
        logits,
        io.get("logits_eval_final")?.data as Float32Array,
        expected.logits_eval_final.tolerance,
        "eval",
      );
    },
  );
});

describe("NormResNet", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 2 });
  });
  afterAll(() => runtime.close());

  test.each(fullWidth("NormResNet"))(
    "$name at width 64 has PyTorch's keys, parameters and output",
    (want) => {
      const norm = want.attributes.norm_type as NormName;
      using net = new NormResNet({ norm, runtime });
      tidy(() => checkFullWidth(net, want, runtime, (x) => net.forward(x)));
    },
  );

  test("all norms start from the same convolutions for the same seed", () => {
    const first = [...normNames(), "gn:2", "frn"].map((norm) => {
      manualSeed(7);
      const net = new NormResNet({ norm, width: 4, runtime });
      const state = net.stateDict();
      return ["model.0.0.weight", "model.3.0.weight", "model.6.weight"].map((key) => [
        ...(state.get(key) as AnyTensor).toArray(),
      ]);
    });
    for (const weights of first) expect(weights).toEqual(first[0]);
  });

  test("methods for weights start from the same convolutions too", () => {
    const original = (norm: string, key: string) => {
      manualSeed(7);
      const state = new NormResNet({ norm, width: 4, runtime }).stateDict();
      return ["model.0.0", "model.3.0"].map((conv) => [
        ...(state.get(`${conv}.${key}`) as AnyTensor).toArray(),
      ]);
    };
    const want = original("gn", "weight");
    for (const norm of ["gn+ws", "gn+spectral", "sws", "spectral"])
      expect(original(norm, "parametrizations.weight.original")).toEqual(want);
    expect(original("bn+wn", "parametrizations.weight.original1")).toEqual(want);
  });

  test("keys of specs: norm at 1, then ReLU unless the norm is an activation", () => {
    const layers = (norm: string) => {
      const { model } = new NormResNet({ norm, width: 4, runtime });
      const [block] = model.layers as Sequential[];
      return block.layers.map((layer) => layer.constructor.name);
    };
    expect(layers("gn:2")).toEqual(["Conv2d", "GroupNorm", "ReLU"]);
    expect(layers("dyt")).toEqual(["Conv2d", "DyT", "ReLU"]);
    expect(layers("frn")).toEqual(["Conv2d", "FRN"]);
    expect(layers("evonorm-b0")).toEqual(["Conv2d", "EvoNormB0"]);
    expect(layers("evonorm-s0")).toEqual(["Conv2d", "EvoNormS0"]);
    expect(layers("ws")).toEqual(["Conv2d", "Identity", "ReLU"]);
    const keys = [...new NormResNet({ norm: "crms", width: 4, runtime }).stateDict().keys()];
    expect(keys.slice(0, 3)).toEqual(["model.0.0.weight", "model.0.1.weight", "model.1.0.weight"]);
  });

  test.each([...normNames(), "gn:2+ws", "bn+wn", "frn+spectral", "sws"])(
    "%s: learns a batch by heart, and gives memory back",
    (norm) => {
      const before = runtime.stats();
      manualSeed(5);
      const net = new NormResNet({ norm, width: 8, runtime });
      const optimizer = new Adam(net.parameters(), { lr: 3e-3 });
      const input = tensor(
        procedural(8 * 3 * 256, { seed: 1, shift: 0, scale: 1 }),
        [8, 3, 16, 16],
        {
          runtime,
        },
      );
      const step = () =>
        tidy(() => {
          optimizer.zeroGrad();
          const loss = crossEntropy(net.forward(input), [0, 1, 2, 3, 4, 5, 6, 7]);
          loss.backward();
          optimizer.step();
          return loss.item();
        });
      const losses = Array.from({ length: 30 }, step);
      expect(losses.every(Number.isFinite)).toBe(true);
      expect(losses[29], losses.join()).toBeLessThan(0.92 * losses[0]); // 0.90 dyt, 0.8 and less the others
      net.eval();
      const finite = (x: Tensor) =>
        tidy(() => noGrad(() => net.forward(x).toArray().every(Number.isFinite)));
      using one = tensor(input.data.slice(0, 768), [1, 3, 16, 16], { runtime });
      expect([finite(input), finite(one)]).toEqual([true, true]);
      net.zeroGrad();
      for (const held of [net, optimizer, input, one]) held.dispose();
      expect(runtime.stats().tensors).toBe(before.tensors);
    },
  );

  test("refuses numbers that do not fit any of its widths before it makes anything", () => {
    const { tensors } = runtime.stats();
    const make = (norm: string) => () => new NormResNet({ norm, widths: [8, 16, 32, 60], runtime });
    expect(make("gn:8")).toThrow(
      'NormResNet: "gn:8": num_channels must be divisible by num_groups, got 60 and 8',
    );
    expect(make("gn:7")).toThrow("got 8 and 7");
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("an unknown norm is an error that lists what is known", () => {
    expect(() => new NormResNet({ norm: "xn" as NormName, runtime })).toThrow(
      'NormResNet: unknown norm "xn"; known: bn, ',
    );
    expect(() => new NormResNet({ norm: "toString" as NormName, runtime })).toThrow("unknown norm");
  });

  test("a thousand training steps inside tidy leave the memory as it was after the first", () => {
    const net = new NormResNet({ norm: "bn", width: 4, runtime });
    const optimizer = new Adam(net.parameters());
    const input = tensor(procedural(4 * 3 * 8 * 8, { seed: 1, shift: 0, scale: 1 }), [4, 3, 8, 8], {
      runtime,
    });
    const step = () =>
      tidy(() => {
        optimizer.zeroGrad();
        crossEntropy(net.forward(input), [0, 1, 2, 3]).backward();
        optimizer.step();
      });
    step();
    const { tensors, bytes } = runtime.stats();
    for (let i = 0; i < 1000; i++) step();
    expect(runtime.stats()).toMatchObject({ tensors, bytes });
  });

  test("same seed, same losses, bit for bit, with 1 and with 2 threads when deterministic", async () => {
    const train = async (threads: number) => {
      const own = await createRuntime({ threads, deterministic: true });
      manualSeed(3);
      const net = new NormResNet({ norm: "gn", width: 8, runtime: own });
      const optimizer = new Adam(net.parameters());
      const input = tensor(
        procedural(16 * 3 * 32 * 32, { seed: 9, shift: 0, scale: 1 }),
        [16, 3, 32, 32],
        { runtime: own },
      );
      const labels = Array.from({ length: 16 }, (_, i) => i % 10);
      const losses = Array.from({ length: 5 }, () =>
        tidy(() => {
          optimizer.zeroGrad();
          const loss = crossEntropy(net.forward(input), labels);
          loss.backward();
          optimizer.step();
          return loss.item();
        }),
      );
      own.close();
      return losses;
    };
    const one = await train(1);
    expect(await train(1)).toEqual(one);
    expect(await train(2)).toEqual(one);
    expect(await train(3)).toEqual(one);
    expect(new Set(one).size).toBe(5);
  });
});
