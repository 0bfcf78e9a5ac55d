import { expect, test } from "vitest";
import { IMAGE_BYTES } from "../../src/data/cifar10.js";
import { normalizeImages } from "../../src/data/normalize.js";

const bytes = Uint8Array.from({ length: 2 * IMAGE_BYTES }, (_, i) => i + (i >> 8));

test("every byte becomes what torchvision's three float32 operations make of it", () => {
  const got = normalizeImages(bytes, 0.5, 0.5);
  // One float32 array per operation, so that each result is stored, and so rounded, by itself.
  const scaled = Float32Array.from(bytes, (v) => v / 255);
  const centred = scaled.map((v) => v - 0.5);
  expect(got).toEqual(centred.map((v) => v / 0.5));
});

test("known values", () => {
  // numpy: (v / f(255) - f(0.5)) / f(0.5) with f = numpy.float32.
  const image = new Uint8Array(IMAGE_BYTES);
  image.set([0, 1, 127, 128, 254, 255]);
  expect([...normalizeImages(image).subarray(0, 6)]).toEqual([
    -1, -0.9921568632125854, -0.003921568393707275, 0.003921627998352051, 0.9921568632125854, 1,
  ]);
});

test("mean and std per channel", () => {
  const mean = [0.4914, 0.4822, 0.4465];
  const std = [0.2023, 0.1994, 0.201];
  const got = normalizeImages(bytes, mean, std);
  const { fround } = Math;
  got.forEach((value, i) => {
    const c = Math.floor(i / 1024) % 3;
    const centred = fround(fround(bytes[i] / 255) - fround(mean[c]));
    if (value !== fround(centred / fround(std[c]))) expect.fail(`element ${i}: ${value}`);
  });
});

test("writes into the array it is given", () => {
  const out = new Float32Array(bytes.length).fill(Number.NaN);
  expect(normalizeImages(bytes, 0.5, 0.5, out)).toBe(out);
  expect(out).toEqual(normalizeImages(bytes));
  expect(normalizeImages(new Uint8Array(0)).length).toBe(0);
});

test("refuses what does not fit, and writes nothing", () => {
  const out = new Float32Array(IMAGE_BYTES).fill(7);
  const image = new Uint8Array(IMAGE_BYTES);
  const refused: [() => unknown, string][] = [
    [() => normalizeImages(new Uint8Array(100)), "whole images of 3072 bytes, got 100 bytes"],
    [() => normalizeImages(bytes, 0.5, 0.5, out), "room for 6144 floats, got 3072"],
    [() => normalizeImages(image, [0.5, 0.5], 0.5, out), "mean to be a number or 3"],
    [() => normalizeImages(image, [0, 0, null as never], 0.5, out), "mean to be a number or 3"],
    [() => normalizeImages([...image] as never, 0.5, 0.5, out), "images to be a Uint8Array"],
    [() => normalizeImages(image, Number.NaN, 0.5, out), "mean to be a number or 3"],
    [() => normalizeImages(image, 0.5, [1, 0, 1], out), "std above 0, got 1, 0, 1"],
  ];
  for (const [call, message] of refused) expect(call).toThrow(message);
  expect(out.every((value) => value === 7)).toBe(true);
});
