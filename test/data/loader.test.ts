import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGE_BYTES, type ImageDataset } from "../../src/data/cifar10.js";
import { DataLoader } from "../../src/data/loader.js";
import { normalizeImages } from "../../src/data/normalize.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { tidy } from "../../src/tensor.js";

/** `n` images whose first byte is their number, their label that modulo 10. */
function numbered(n: number): ImageDataset {
  const images = new Uint8Array(n * IMAGE_BYTES);
  for (let i = 0; i < n; i++) images[i * IMAGE_BYTES] = i;
  return { images, labels: Uint8Array.from({ length: n }, (_, i) => i % 10) };
}

describe("order", () => {
  test("is the data set's own unless shuffled", () => {
    expect([...new DataLoader(numbered(5)).order(3)]).toEqual([0, 1, 2, 3, 4]);
  });

  test("is a permutation that seed and epoch decide", () => {
    const dataset = numbered(100);
    const order = (seed: number, epoch: number) =>
      new DataLoader(dataset, { shuffle: true, seed }).order(epoch).join();
    expect(order(1, 0)).toBe(order(1, 0));
    const all = [order(1, 0), order(1, 1), order(2, 0), order(2, 1)];
    expect(new Set(all).size).toBe(4);
    for (const one of all) {
      const sorted = one
        .split(",")
        .map(Number)
        .sort((a, b) => a - b);
      expect(sorted).toEqual([...Array(100).keys()]);
    }
  });

  test("puts every image at every place equally often", () => {
    const loader = new DataLoader(numbered(5), { shuffle: true });
    const counts = new Uint32Array(25);
    const epochs = 5000;
    for (let epoch = 0; epoch < epochs; epoch++) {
      loader.order(epoch).forEach((image, place) => {
        counts[5 * place + image]++;
      });
    }
    // Binomial(5000, 1/5): standard deviation 28; six of them for 25 counts.
    for (const count of counts) expect(Math.abs(count - epochs / 5)).toBeLessThan(170);
  });

  test("an epoch can be entered at any of its batches", () => {
    const loader = new DataLoader(numbered(10), {
      batchSize: 4,
      shuffle: true,
    });
    for (const first of [0, 1, 2, 3])
      expect([...loader.indices(5, first)]).toEqual([...loader.indices(5)].slice(first));
  });

  test("batches are consecutive pieces of the order, the last one short or left out", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 45 }),
        fc.boolean(),
        fc.boolean(),
        fc.integer(),
        (n, batchSize, shuffle, dropLast, seed) => {
          const loader = new DataLoader(numbered(n), { batchSize, shuffle, dropLast, seed });
          const batches = [...loader.indices(2)];
          const used = dropLast ? n - (n % batchSize) : n;
          expect(batches.length).toBe(loader.length);
          expect(batches.flatMap((b) => [...b])).toEqual([...loader.order(2).subarray(0, used)]);
          expect(batches.slice(0, -1).every((b) => b.length === batchSize)).toBe(true);
        },
      ),
    );
  });
});

describe("batches", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 1 });
  });
  afterAll(() => runtime.close());

  test("hold the normalised images and int32 labels of their indices", () => {
    const dataset = numbered(10);
    const loader = new DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 5, runtime });
    const indices = [...loader.indices(1)];
    const all = normalizeImages(dataset.images);
    let k = 0;
    for (const { images, labels } of loader.batches(1)) {
      const want = [...indices[k++]];
      expect(images.shape).toEqual([want.length, 3, 32, 32]);
      expect(labels.dtype).toBe("int32");
      expect([...labels.data]).toEqual(want.map((i) => i % 10));
      want.forEach((i, j) => {
        expect(images.data.slice(j * IMAGE_BYTES, (j + 1) * IMAGE_BYTES)).toEqual(
          all.slice(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES),
        );
      });
    }
    expect(k).toBe(3);
  });

  test("are freed as the loop goes on, ends, or is left", () => {
    const loader = new DataLoader(numbered(10), { batchSize: 2, runtime });
    const before = runtime.stats();
    for (const _ of loader.batches()) {
      expect(runtime.stats().tensors).toBe(before.tensors + 2);
    }
    expect(runtime.stats().bytes).toBe(before.bytes);
    for (const _ of loader.batches()) break;
    expect(runtime.stats().bytes).toBe(before.bytes);
    tidy(() => {
      for (const _ of loader.batches());
    });
    expect(runtime.stats().tensors).toBe(before.tensors);
  });
});

test("refuses wrong options", () => {
  const dataset = numbered(2);
  for (const batchSize of [0, -1, 2.5, Number.NaN]) {
    expect(() => new DataLoader(dataset, { batchSize })).toThrow(
      `DataLoader: expected batchSize to be a positive integer, got ${batchSize}`,
    );
  }
  expect(() => new DataLoader(dataset, { seed: 0.5 })).toThrow("expected seed to be an integer");
  expect(() => new DataLoader({ ...dataset, labels: new Uint8Array(3) })).toThrow(
    "expected 9216 image bytes for 3 labels, got 6144",
  );
  const labels = [1, null] as unknown as Uint8Array;
  expect(() => new DataLoader({ ...dataset, labels })).toThrow(
    "DataLoader: expected labels from 0 to 255, got null at index 1",
  );
  const images = [...dataset.images] as unknown as Uint8Array;
  expect(() => new DataLoader({ ...dataset, images })).toThrow("images to be a Uint8Array");
});
