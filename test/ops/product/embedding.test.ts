import { describe, expect, test } from "vitest";
import { Embedding } from "../../../src/nn/embedding.js";
import { embedding } from "../../../src/ops/product/embedding.js";
import { manualSeed, randn } from "../../../src/random.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { gradcheck, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();

const ids = [3, 0, 3, 3, 1, 0]; // no id asks for row 2

describe("embedding", () => {
  test.each([1, 3, 8])(
    "rows of %i columns and the gradient of those asked for again and again",
    (columns) => {
      const table = randomTensor(runtime, [4, columns], 1);
      const oracle = (t: Float64Array) =>
        Float64Array.from(
          { length: 6 * columns },
          (_, i) => t[ids[Math.floor(i / columns)] * columns + (i % columns)],
        );
      expect([...embedding(table, ids).toArray()]).toEqual([
        ...oracle(Float64Array.from(table.data)),
      ]);
      gradcheck((t) => embedding(t, ids), oracle, [table]);
      expect([...(table.grad?.data.subarray(2 * columns, 3 * columns) ?? [])]).toEqual(
        new Array(columns).fill(0),
      );
    },
  );

  test("ids in a tensor lend their shape", () => {
    const table = randomTensor(runtime, [4, 5], 1);
    const y = embedding(table, tensor(Int32Array.from(ids), [2, 3], { runtime }));
    expect(y.shape).toEqual([2, 3, 5]);
    expect(y.toArray()).toEqual(embedding(table, ids).toArray());
    expect(embedding(table, tensor(new Int32Array(0), [0, 3], { runtime })).shape).toEqual([
      0, 3, 5,
    ]);
  });

  test("int64 ids, as PyTorch's", () => {
    const table = randomTensor(runtime, [4, 5], 1);
    const ids = tensor(BigInt64Array.of(3n, 0n), [2], { runtime });
    expect(embedding(table, ids).toArray()).toEqual(embedding(table, [3, 0]).toArray());
  });

  test("refusals", () => {
    const table = zeros([4, 5], { runtime });
    expect(() => embedding(table, [4])).toThrow("embedding: expected ids from 0 to 3, got 4");
    expect(() => embedding(table, [-1])).toThrow(RangeError);
    expect(() => embedding(table, [0.5])).toThrow(RangeError);
    expect(() => embedding(zeros([4], { runtime }), [0])).toThrow("table of shape [rows, columns]");
    expect(() => embedding(table, zeros([2], { runtime }))).toThrow("expected ids of dtype int32");
  });
});

test("nn.Embedding draws torch's weight", () => {
  manualSeed(4);
  const want = randn([7, 3], { runtime }).toArray();
  manualSeed(4);
  const layer = new Embedding(7, 3, { runtime });
  expect(layer.weight.toArray()).toEqual(want);
  expect([...layer.stateDict().keys()]).toEqual(["weight"]);
  expect(layer.forward(tensor(Int32Array.of(6), [1, 1], { runtime })).shape).toEqual([1, 1, 3]);
  expect(() => new Embedding(0, 3, { runtime })).toThrow("numEmbeddings to be an integer");
});

describe("paddingIdx", () => {
  test("its row gets no gradient", () => {
    const table = randomTensor(runtime, [4, 2], 1, true);
    const y = embedding(table, [3, 1, 3], { paddingIdx: -1 });
    y.backward(randomTensor(runtime, [3, 2], 2));
    expect([...(table.grad?.toArray().subarray(6) ?? [])]).toEqual([0, 0]);
    expect(table.grad?.toArray()[2]).not.toBe(0);
    expect(() => embedding(table, [1], { paddingIdx: 4 })).toThrow(
      "embedding: expected paddingIdx from -4 to 3, got 4",
    );
  });

  test("the layer begins with zeros there", () => {
    const layer = new Embedding(4, 2, { paddingIdx: 1, runtime });
    expect([...layer.weight.toArray().subarray(2, 4)]).toEqual([0, 0]);
    expect(String(layer)).toBe("Embedding(4, 2, padding_idx=1)");
    expect(() => new Embedding(4, 2, { paddingIdx: 9, runtime })).toThrow(
      "Embedding: expected paddingIdx",
    );
  });
});
