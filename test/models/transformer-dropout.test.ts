import { expect, test } from "vitest";
import { TransformerBlock, TransformerLM } from "../../src/models/index.js";
import { MultiHeadAttention, PositionwiseFFN } from "../../src/nn/index.js";
import { manualSeed } from "../../src/random.js";
import { type Tensor, tensor } from "../../src/tensor.js";
import { expectClose, expectSameBits, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const sizes = { dModel: 8, nHead: 2, dFF: 16 };
const block = (options: object) => new TransformerBlock({ ...sizes, runtime, ...options });
const zeros = (of: ArrayLike<number>) => Array.from(of).filter((value) => value === 0).length;

test("adds no keys, and in evaluation gives the bits it gives without", () => {
  const [plain, dropping] = [block({}), block({ dropout: 0.4 })];
  expect([...dropping.stateDict().keys()]).toEqual([...plain.stateDict().keys()]);
  dropping.loadStateDict(plain.stateDict());
  const x = randomTensor(runtime, [3, 5, 8], 1);
  const want = plain.forward(x, "causal").toArray();
  expect(dropping.forward(x, "causal").toArray()).not.toEqual(want);
  expect(dropping.eval().forward(x, "causal").toArray()).toEqual(want);
});

test("the mask follows from the seed, and is another one in the next step", () => {
  const net = block({ dropout: 0.4 });
  const x = randomTensor(runtime, [3, 5, 8], 1);
  const outputs = [7, 7, 8].map((seed) => {
    manualSeed(seed);
    return [net.forward(x).toArray(), net.forward(x).toArray()];
  });
  expect(outputs[1]).toEqual(outputs[0]);
  expect(outputs[2]).not.toEqual(outputs[0]);
  expect(outputs[0][1]).not.toEqual(outputs[0][0]);
});

test("attention drops a share of its outputs and scales what stays", () => {
  manualSeed(1);
  const plain = new MultiHeadAttention(64, 4, { runtime });
  const layer = new MultiHeadAttention(64, 4, { dropout: 0.25, runtime });
  layer.loadStateDict(plain.stateDict());
  const x = randomTensor(runtime, [4, 32, 64], 1);
  const [y, want] = [layer.forward(x).toArray(), plain.forward(x).toArray()];
  // 8192 draws: five standard deviations are 0.024
  expect(Math.abs(zeros(y) / y.length - 0.25)).toBeLessThan(0.024);
  const scaled = want.map((value, i) => (y[i] === 0 ? 0 : value / 0.75));
  expectClose(y, scaled, 1e-6); // the factor itself is rounded
});

test("the feed-forward net drops hidden features and outputs", () => {
  manualSeed(2);
  const net = new PositionwiseFFN(64, 256, { dropout: 0.5, runtime });
  net.linear1.bias?.data.fill(100); // no hidden feature is 0 by itself
  const y = net.forward(randomTensor(runtime, [1, 64], 1));
  const outputs = y.toArray();
  y.backward(randomTensor(runtime, [1, 64], 2));
  const gradient = (net.linear2.weight.grad as Tensor).toArray();
  // d weight [out, hidden] is an outer product: rows of dropped outputs and columns of dropped hidden features are 0
  const column = Array.from({ length: 256 }, (_, j) =>
    Array.from({ length: 64 }, (_, i) => gradient[i * 256 + j]).every((value) => value === 0),
  );
  const dropped = column.filter(Boolean).length;
  expect(dropped).toBeGreaterThan(128 - 40); // five standard deviations of 256 draws
  expect(dropped).toBeLessThan(128 + 40);
  expect(zeros(gradient)).toBe(64 * 256 - (64 - zeros(outputs)) * (256 - dropped));
  expect(zeros(outputs)).toBeGreaterThan(32 - 20);
  expect(zeros(outputs)).toBeLessThan(32 + 20);
});

test("dropped for certain, a pre-norm block is the identity and a model says nothing", () => {
  const x = randomTensor(runtime, [2, 5, 8], 1);
  expect(block({ norm: "pre", dropout: 1 }).forward(x).toArray()).toEqual(x.toArray());
  const language = { ...sizes, vocabSize: 5, contextLength: 8, layers: 2, dropout: 1, runtime };
  const net = new TransformerLM(language);
  const ids = tensor(Int32Array.of(0, 3, 4), [1, 3], { runtime });
  expect(net.forward(ids).toArray()).toEqual(new Float32Array(15));
  expect(net.eval().forward(ids).toArray()).not.toEqual(new Float32Array(15));
});

test("the same bits for any number of threads", async () => {
  await expectSameBits((runtime) => {
    manualSeed(3);
    const net = new TransformerBlock({ ...sizes, dModel: 64, dropout: 0.2, runtime });
    const x = randomTensor(runtime, [4, 40, 64], 1, true);
    const y = net.forward(x, "causal");
    y.backward(randomTensor(runtime, y.shape, 2));
    return [y, x.grad as Tensor].map((t) => t.toArray());
  });
});

test("a probability that is none is refused", () => {
  for (const dropout of [-0.1, 1.1, Number.NaN])
    expect(() => block({ dropout })).toThrow("dropout probability has to be between 0 and 1");
});
