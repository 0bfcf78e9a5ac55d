import { expect, test } from "vitest";
import { DataLoader, imageDataset } from "../../src/data/index.js";
import { tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const count = 3;
const bytes = Uint8Array.from({ length: count * 3072 }, (_, i) => (i * 7) % 256);
const first = { shape: [count, 3, 32, 32], data: bytes };
const labels = { shape: [count], data: BigInt64Array.of(2n, 0n, 255n) };

test("images with their channels first are taken as they are", () => {
  expect(imageDataset(first, labels)).toEqual({ images: bytes, labels: Uint8Array.of(2, 0, 255) });
  const tensors = imageDataset(
    tensor(Float32Array.from(bytes), first.shape, { runtime }),
    tensor(Int32Array.of(2, 0, 255), [count, 1], { runtime }),
  );
  expect(tensors).toEqual(imageDataset(first, labels));
});

test("images with their channels last are turned", () => {
  const data = new Uint8Array(bytes.length);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < 1024; i++) data[n * 3072 + i * 3 + c] = bytes[n * 3072 + c * 1024 + i];
  expect(imageDataset({ shape: [count, 32, 32, 3], data }, labels).images).toEqual(bytes);
});

test("the loader takes them", () => {
  const loader = new DataLoader(imageDataset(first, labels), { batchSize: 2, runtime });
  expect([...loader.batches()]).toHaveLength(2);
});

test.each<[string, unknown, unknown, string]>([
  ["no array", 3, labels, "imageDataset: expected images to be a tensor or { shape, data }, got 3"],
  [
    "no labels",
    first,
    undefined,
    "expected labels to be a tensor or { shape, data }, got undefined",
  ],
  [
    "28 by 28 pixels",
    { shape: [1, 28, 28], data: new Uint8Array(784) },
    labels,
    "expected images of shape [n, 3, 32, 32] or [n, 32, 32, 3], got [1, 28, 28]",
  ],
  [
    "as many labels as others",
    first,
    { shape: [2], data: [1, 2] },
    "expected labels of shape [3], got [2]",
  ],
  [
    "fractions",
    { ...first, data: Float32Array.from(bytes, (x) => x / 255) },
    labels,
    "expected images of whole numbers from 0 to 255, got 0.02745098",
  ],
  [
    "a negative label",
    first,
    { shape: [3], data: [0, -1, 2] },
    "expected labels of whole numbers from 0 to 255, got -1 at index 1",
  ],
])("%s are refused", (_, images, classes, message) => {
  expect(() => imageDataset(images as never, classes as never)).toThrow(message);
});
