// A constructor takes what its operation takes. It refuses the rest with its own name and leaves no tensors behind.
import { describe, expect, test } from "vitest";
import * as models from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, type Tensor, tensor } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";
import { type LayerCase, layerCases } from "./cases.js";

const runtime = await useRuntime();

const block = { dModel: 6, nHead: 2, dFF: 8 };
const words = { ...block, vocabSize: 5, contextLength: 4, layers: 1 };

/** Networks, with the numbers that they require. */
const nets: Record<string, typeof layerCases.FRN> = {
  NormResNet: (runtime, more) => ({
    layer: new models.NormResNet({ norm: "bn", width: 2, runtime, ...more }),
    inputs: [randomTensor(runtime, [2, 3, 8, 8], 1)],
  }),
  StyleTransferNet: (runtime, more) => ({
    layer: new models.StyleTransferNet({ widths: [2, 2, 2], residualBlocks: 1, runtime, ...more }),
    inputs: [randomTensor(runtime, [1, 3, 8, 8], 1)],
  }),
  TransformerBlock: (runtime, more) => ({
    layer: new models.TransformerBlock({ ...block, runtime, ...more }),
    inputs: [randomTensor(runtime, [2, 3, 6], 1)],
  }),
  TransformerLM: (runtime, more) => ({
    layer: new models.TransformerLM({ ...words, runtime, ...more }),
    inputs: [tensor(Int32Array.of(0, 1, 2), [1, 3], { runtime })],
  }),
};

const refusalOf = (call: () => unknown): string | null => {
  try {
    call();
    return null;
  } catch (error) {
    return String(error);
  }
};

type Make = typeof layerCases.FRN;
const namesOf = (make: Make): string[] => {
  const [, list] = /\(([\w, ]+)\)$/.exec(refusalOf(() => make(runtime, { zzzz: 1 })) ?? "") ?? [];
  return list?.split(", ") ?? [];
};

function run({ layer, inputs, run }: LayerCase): void {
  const [first, ...more] = inputs as Tensor[];
  if (run) run.call({ layer }, ...(inputs as Tensor[]));
  else layer.forward(first, ...(more as never[]));
}

const numbers = [Number.NaN, -1, 0, 0.5, 2.5, 5, Infinity, -Infinity];
const lists = [[], [0], [-1, 1], [Number.NaN], {}, ["1"], new Float32Array(2), [1, 2, 3, 4, 5]];
const others = ["x", null, true, Object.create(null), () => 1];

/** The number of tensors, without the inputs of a case. */
const tensorsAfter = (made: AnyTensor[]): number =>
  runtime.stats().tensors - made.filter((each) => !each.disposed).length;

/** Layers that wrap other layers and functions that change a layer have no such options. */
const around = /,|^[a-z]|^Channels|^Sequential|^Qk/;

/** Options whose valid values depend on the input. */
const bound = /^(runtime|generator|dim|axes|stride|padding|outputPadding|dilation)$/;

describe.each(Object.entries({ ...layerCases, ...nets }).filter(([name]) => !around.test(name)))(
  "%s",
  (name, make) => {
    test("takes what its operation takes, or refuses it at once", () => {
      const free = namesOf(make).filter((option) => !bound.test(option));
      for (const option of free) {
        for (const value of [...numbers, ...lists, ...others]) {
          const what = `${option}: ${JSON.stringify(value)}`;
          const before = tensorsAfter([]);
          let made: LayerCase | undefined;
          const refusal = refusalOf(() => {
            made = make(runtime, { [option]: value });
          });
          if (!made) {
            // A TransformerBlock checks what a function of the caller returns, and refuses it with its own name.
            const own = name === "TransformerLM" ? `(${name}|TransformerBlock)` : name;
            expect(refusal, what).toMatch(new RegExp(`^(Type|Range)Error: ${own}: .*`));
            expect(tensorsAfter([]), what).toBe(before);
            continue;
          }
          const own = made;
          expect(
            refusalOf(() => run(own)),
            what,
          ).toBe(null);
          own.layer.dispose();
        }
      }
    });
  },
);

describe("full memory: of a layer that is made of others, nothing stays", () => {
  const sizes: Record<string, (runtime: Runtime) => unknown> = {
    LSTM: (runtime) => new nn.LSTM(16, 16, { numLayers: 400, runtime }),
    "GRU with norms": (runtime) => new nn.GRU(16, 16, { norm: "bn", normSteps: 9999, runtime }),
    MultiHeadAttention: (runtime) => new nn.MultiHeadAttention(256, 2, { runtime }),
    PositionwiseFFN: (runtime) => new nn.PositionwiseFFN(300, 512, { runtime }),
    SPADE: (runtime) => new nn.SPADE(256, 3, { hidden: 200, runtime }),
  };
  test.each(Object.entries(sizes))("%s", async (_, make) => {
    const small = await createRuntime({ threads: 1, maximumMemory: 2 ** 20 });
    expect(() => make(small)).toThrow("memory is full");
    expect(small.stats().tensors).toBe(0);
    small.close();
  });
});
