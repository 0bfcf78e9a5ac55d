import { describe, expect, test } from "vitest";
import * as nn from "../../../src/nn/index.js";
import { dropout, dropout2d } from "../../../src/ops/elementwise/dropout.js";
import { Generator, manualSeed } from "../../../src/random.js";
import { full, ones, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { onEveryRuntime, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();

const seeded = (seed: number) => ({ generator: new Generator(seed) });
const zerosIn = (y: Tensor) => y.data.filter((v) => v === 0).length;

/** The mask by plain arithmetic: the two halves of the seed, an index, and two rounds of the hash's finaliser. */
function keptBy(seed: number, p: number, index: number): boolean {
  const generator = new Generator(seed);
  const [low, high] = [generator.random(), generator.random()];
  const mix = (h: number) => {
    const a = Math.imul(h ^ (h >>> 16), 0x7feb352d);
    const b = Math.imul(a ^ (a >>> 15), 0x846ca68b);
    return b ^ (b >>> 16);
  };
  return mix(mix((index + low) | 0) ^ high) >>> 0 >= Math.round(p * 2 ** 32);
}

describe("dropout", () => {
  test.each([1, 3, 4, 23, 1000])(
    "%d elements: those that the hash keeps are divided by 1 − p",
    (n) => {
      const x = randomTensor(runtime, [n], 1, true);
      const y = dropout(x, { p: 0.3, ...seeded(7) });
      const scale = Math.fround(1 / 0.7);
      const want = x.data.map((v, i) => (keptBy(7, 0.3, i) ? v * scale : 0));
      expect(y.data).toEqual(want);
      const dy = randomTensor(runtime, [n], 2);
      y.backward(dy);
      expect(x.grad?.data).toEqual(dy.data.map((v, i) => (keptBy(7, 0.3, i) ? v * scale : 0)));
    },
  );

  test.each([0.01, 0.25, 0.5, 0.9])(
    "p = %d is the share of the dropped ones, neighbours independently",
    (p) => {
      const n = 2 ** 18;
      const y = dropout(ones([n], { runtime }), { p, ...seeded(3) });
      const dropped = Array.from(y.data, (v) => Number(v === 0));
      const count = zerosIn(y);
      expect(Math.abs(count - n * p)).toBeLessThan(5 * Math.sqrt(n * p * (1 - p)));
      for (const step of [1, 2, 4, 64, 4096]) {
        const both = dropped.reduce((sum, v, i) => sum + v * dropped[(i + step) % n], 0);
        expect(Math.abs(both - count ** 2 / n)).toBeLessThan(5 * Math.sqrt(n) * p * (1 - p));
      }
    },
  );

  test("the masks of two seeds, and of two calls, are unlike", () => {
    const x = ones([2 ** 16], { runtime });
    const { generator } = seeded(1);
    const masks = [dropout(x, { generator }), dropout(x, { generator }), dropout(x, seeded(2))];
    for (const [i, a] of masks.entries())
      for (const b of masks.slice(i + 1)) {
        const agree = a.data.filter((v, k) => v === b.data[k]).length;
        expect(Math.abs(agree - 2 ** 15)).toBeLessThan(5 * 2 ** 7);
      }
  });

  test("manualSeed repeats the mask", () => {
    const x = ones([64], { runtime });
    manualSeed(5);
    const first = dropout(x).toArray();
    expect(dropout(x).toArray()).not.toEqual(first);
    manualSeed(5);
    expect(dropout(x).toArray()).toEqual(first);
  });

  test("p = 0 and evaluation: x itself, nothing drawn; p = 1: zeros, gradient too", () => {
    const x = full([5], Infinity, { runtime, requiresGrad: true });
    const { generator } = seeded(1);
    expect(dropout(x, { p: 0, generator })).toBe(x);
    expect(dropout(x, { training: false, generator })).toBe(x);
    expect(generator.random()).toBe(new Generator(1).random());
    const y = dropout(x, { p: 1 });
    expect([...y.data]).toEqual([0, 0, 0, 0, 0]);
    y.backward(ones([5], { runtime }));
    expect([...(x.grad?.data ?? [])]).toEqual([0, 0, 0, 0, 0]);
    expect(dropout(zeros([0, 3], { runtime })).shape).toEqual([0, 3]);
  });

  test("the mask depends on neither threads nor variant", async () => {
    const results = await onEveryRuntime((runtime) => {
      const x = randomTensor(runtime, [3, 5, 77, 79], 1, true);
      const y = dropout2d(dropout(x, { p: 0.2, ...seeded(9) }), { p: 0.4, ...seeded(8) });
      y.backward(ones(y.shape, { runtime }));
      return [y, x.grad as Tensor].map((t) => Buffer.from(t.toArray().buffer).toString("base64"));
    });
    for (const { result } of results) expect(result).toEqual(results[0].result);
  });

  test("gives back all it took", () => {
    const x = randomTensor(runtime, [2, 3, 6], 1, true);
    const before = runtime.stats().bytes;
    const dropped = dropout(x);
    const y = dropout2d(dropped);
    const dy = randomTensor(runtime, y.shape, 2);
    y.backward(dy);
    for (const t of [x.grad, dy, dropped, y]) t?.dispose();
    expect(runtime.stats().bytes).toBe(before);
  });

  test("refusals", () => {
    const x = zeros([2, 3], { runtime });
    for (const p of [-0.1, 1.1, Number.NaN])
      expect(() => dropout(x, { p })).toThrow(
        `dropout: dropout probability has to be between 0 and 1, but got ${p}`,
      );
    expect(() => dropout(x, { p: "0.5" as unknown as number })).toThrow(TypeError);
    expect(() => dropout(tensor(new Int32Array(3)) as unknown as Tensor)).toThrow();
    expect(() => dropout2d(x)).toThrow(
      "dropout2d: expected input of shape [N, C, ...], got [2, 3]",
    );
    expect(() => new nn.Dropout(2)).toThrow("Dropout: dropout probability");
    expect(() => new nn.Dropout(null as never)).toThrow("Dropout: expected p to be a number");
  });
});

describe("dropout2d", () => {
  test.each([
    [[4, 8, 3, 5], "planes of 15"],
    [[4, 8, 2, 2], "planes of 4"],
    [[4, 8, 1, 1], "planes of one: as dropout"],
    [[4, 8, 7], "sequences"],
  ])("%j: %s", (shape) => {
    const x = randomTensor(runtime, shape, 1, true);
    const y = dropout2d(x, { p: 0.4, ...seeded(11) });
    const length = x.size / 32;
    const scale = Math.fround(1 / 0.6);
    const factor = (i: number) => (keptBy(11, 0.4, Math.floor(i / length)) ? scale : 0);
    // toEqual distinguishes −0 from 0.
    expect([...y.data]).toEqual(
      [...x.data].map((v, i) => (factor(i) ? Math.fround(v * scale) : 0)),
    );
    y.backward(ones(shape, { runtime }));
    expect([...(x.grad?.data ?? [])]).toEqual([...x.data].map((_, i) => factor(i)));
  });
});

test("layers: training and evaluation, seeded", () => {
  const x = ones([2, 40, 3, 3], { runtime });
  for (const Layer of [nn.Dropout, nn.Dropout2d]) {
    const layer = new Layer(0.5, seeded(4));
    const again = new Layer(0.5, seeded(4));
    const y = layer.forward(x);
    expect(zerosIn(y)).toBeGreaterThan(0);
    expect(again.forward(x).toArray()).toEqual(y.data);
    expect(layer.eval().forward(x)).toBe(x);
    expect([...layer.stateDict().keys()]).toEqual([]);
  }
  const y = new nn.Dropout2d(0.5, seeded(4)).forward(x);
  for (let plane = 0; plane < 80; plane++)
    expect(new Set(y.data.slice(9 * plane, 9 * plane + 9)).size).toBe(1);
});
