import { describe, expect, test } from "vitest";
import * as nn from "../../../src/nn/index.js";
import { batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { syncBatchNorm } from "../../../src/ops/norm/sync-batch-norm.js";
import { concat } from "../../../src/ops/shape/concat.js";
import { type AnyTensor, ones, type Tensor, tensor, tidy, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import { randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime({ variant: "simd", threads: 2 });

describe("SyncBatchNorm", () => {
  test.each(goldenCases("sync_batch_norm", "SyncBatchNorm"))("golden: $name ($id)", (golden) => {
    interface Attributes {
      num_features: number;
      eps: number;
      momentum: number | null;
      shards: number[];
    }
    const { num_features, eps, momentum, shards } = golden.attributes as unknown as Attributes;
    const ranks = [...shards.keys()];
    /** One step whose loss uses only the outputs of these ranks. */
    const step = (losing: number[]) => {
      const given = golden.tensors(runtime);
      const layer = new nn.SyncBatchNorm(num_features, { eps, momentum, runtime });
      const state = ["weight", "bias", "running_mean", "running_var"] as const;
      const { num_batches_tracked: counter = tensor(new BigInt64Array(1), [], { runtime }) } =
        given;
      layer.loadStateDict(
        new Map<string, AnyTensor>([
          ...state.map((name) => [name, given[name]] as const),
          ["num_batches_tracked", counter],
        ]),
      );
      const outputs = layer.forwardShards(ranks.map((k) => given[`input.${k}`]));
      const loss = concat(losing.map((k) => outputs[k]));
      loss.backward(concat(losing.map((k) => given[`grad_output.${k}`])));
      return { layer, outputs, given };
    };
    tidy(() => {
      const { layer, outputs, given } = step(ranks);
      const got: Record<string, Tensor | null> = {
        grad_weight: layer.weight?.grad ?? null,
        grad_bias: layer.bias?.grad ?? null,
      };
      for (const k of ranks) {
        got[`output.${k}`] = outputs[k];
        got[`grad_input.${k}`] = given[`input.${k}`].grad;
        const own = step([k]).layer;
        got[`grad_weight.${k}`] = own.weight?.grad ?? null;
        got[`grad_bias.${k}`] = own.bias?.grad ?? null;
      }
      golden.compare({ ...Object.fromEntries(layer.stateDict()), ...got });
    });
  });

  test("one process: batch norm; evaluation: each shard by itself", () => {
    const [a, b] = [1, 2].map((seed) => randomTensor(runtime, [seed, 3, 5], seed));
    const layer = new nn.SyncBatchNorm(3, { runtime });
    const plain = new nn.BatchNorm1d(3, { runtime });
    expect(layer.forward(b).toArray()).toEqual(plain.forward(b).toArray());
    expect(layer.stateDict().size).toBe(5);
    const stats = { runningMean: zeros([3], { runtime }), runningVar: ones([3], { runtime }) };
    expect(syncBatchNorm([a, b], stats).map((y) => y.data)).toEqual(
      [a, b].map((x) => batchNorm(x, stats).toArray()),
    );
  });

  test("refusals, and nothing is left behind", () => {
    const [a, b] = [zeros([2, 3, 4], { runtime }), zeros([2, 2, 4], { runtime })];
    const before = runtime.stats().tensors;
    expect(() => syncBatchNorm([a, b], { training: true })).toThrow(
      "syncBatchNorm: expected shard 1 of shape [2, 3, 4] but for the samples, got [2, 2, 4]",
    );
    expect(() => syncBatchNorm([], { training: true })).toThrow("at least one shard");
    expect(() => syncBatchNorm(a as never)).toThrow("syncBatchNorm: expected an array of tensors");
    expect(() => syncBatchNorm([a, 1 as never])).toThrow("expected shard 1 to be a tensor");
    const one = zeros([1, 3], { runtime });
    expect(() => syncBatchNorm([one], { training: true })).toThrow("Expected more than 1 value");
    for (const y of syncBatchNorm([one, one], { training: true })) y.dispose();
    one.dispose();
    expect(runtime.stats().tensors).toBe(before);
  });
});
