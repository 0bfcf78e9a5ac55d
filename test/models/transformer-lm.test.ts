import { describe, expect, test } from "vitest";
import { TransformerLM, transformerNormNames } from "../../src/models/index.js";
import { crossEntropy } from "../../src/ops/reduce/cross-entropy.js";
import { AdamW, clipGradNorm, decayGroups } from "../../src/optim/index.js";
import { manualSeed } from "../../src/random.js";
import { tensor, tidy } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";
import { countParameters } from "../nets.js";

const runtime = await useRuntime({ threads: 2 });

const sizes = { vocabSize: 5, contextLength: 8, dModel: 16, nHead: 2, dFF: 32, layers: 2 };
const idsOf = (rows: number[][]) =>
  tensor(Int32Array.from(rows.flat()), [rows.length, rows[0].length], { runtime });

describe("TransformerLM", () => {
  test("shape, keys and number of parameters", () => {
    const net = new TransformerLM({ ...sizes, runtime });
    expect(
      net.forward(
        idsOf([
          [0, 1, 2],
          [4, 3, 2],
        ]),
      ).shape,
    ).toEqual([2, 3, 5]);
    const block = 4 * (16 * 16 + 16) + (16 * 32 + 32) + (32 * 16 + 16) + 2 * 32;
    expect(countParameters(net)).toBe(5 * 16 + 8 * 16 + 2 * block + 32 + 16 * 5);
    const keys = [...net.stateDict().keys()];
    expect(keys.slice(0, 3)).toEqual([
      "tokens.weight",
      "positions.weight",
      "blocks.0.attn.w_q.weight",
    ]);
    expect(keys.slice(-3)).toEqual(["norm.weight", "norm.bias", "head.weight"]);
    const post = new TransformerLM({ ...sizes, norm: "post", runtime });
    expect([...post.stateDict().keys()]).not.toContain("norm.weight");
  });

  test("what comes later changes nothing; what came before does, its order too", () => {
    const net = new TransformerLM({ ...sizes, runtime });
    const [a, b, c] = [
      [0, 1, 2, 3],
      [0, 1, 2, 4],
      [1, 0, 2, 3],
    ].map((row) => net.forward(idsOf([row])).toArray());
    expect(b.subarray(0, 15)).toEqual(a.subarray(0, 15));
    expect(b.subarray(15)).not.toEqual(a.subarray(15));
    expect(c.subarray(10, 15)).not.toEqual(a.subarray(10, 15));
  });

  test.each(["post", "pre"] as const)(
    "%s-norm learns a sequence by heart under every norm",
    (norm) => {
      const text = [
        [0, 1, 2, 2, 3, 0, 4],
        [4, 0, 3, 2, 2, 1, 0],
      ];
      const [ids, next] = [
        text.map((row) => row.slice(0, -1)),
        text.flatMap((row) => row.slice(1)),
      ];
      for (const normLayer of transformerNormNames) {
        manualSeed(1);
        using net = new TransformerLM({ ...sizes, norm, normLayer, runtime });
        const optimizer = new AdamW(decayGroups(net, 0.01), { lr: 0.01 });
        const step = () =>
          tidy(() => {
            optimizer.zeroGrad();
            const loss = crossEntropy(net.forward(idsOf(ids)).reshape([-1, 5]), next);
            loss.backward();
            clipGradNorm(net.parameters(), 1);
            optimizer.step();
            return loss.item();
          });
        const first = step();
        let last = first;
        for (let i = 0; i < 60; i++) last = step();
        expect(last, normLayer).toBeLessThan(first / 5);
        optimizer.dispose();
        net.zeroGrad();
      }
    },
  );

  test("refusals", () => {
    const net = new TransformerLM({ ...sizes, runtime });
    expect(() => net.forward(idsOf([new Array(9).fill(0)]))).toThrow(
      "ids of shape [B, T ≤ 8], got [1, 9]",
    );
    expect(() => net.forward(tensor(Int32Array.of(1), [1], { runtime }))).toThrow("got [1]");
    expect(() => net.forward(idsOf([[5]]))).toThrow("embedding: expected ids from 0 to 4, got 5");
    expect(() => new TransformerLM({ ...sizes, layers: 0, runtime })).toThrow(
      "layers to be an integer",
    );
  });
});
