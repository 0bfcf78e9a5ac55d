import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concatDatasets, IMAGE_BYTES, parseCifar10, RECORD_BYTES } from "../../src/data/cifar10.js";
import { DataLoader } from "../../src/data/loader.js";
import {
  PROCEDURAL_CLASSES,
  proceduralCifar10,
  proceduralDataset,
} from "../../src/data/procedural.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

describe("proceduralCifar10", () => {
  test("makes records that the reader takes, each class once in every ten", () => {
    const records = proceduralCifar10({ count: 95 });
    expect(records.length).toBe(95 * RECORD_BYTES);
    const { labels } = parseCifar10(records);
    expect(labels).toEqual(proceduralDataset({ count: 95 }).labels);
    for (let k = 0; k < 90; k += 10) {
      expect([...labels.subarray(k, k + 10)].sort()).toEqual([...PROCEDURAL_CLASSES.keys()]);
    }
    expect(PROCEDURAL_CLASSES.length).toBe(10);
  });

  // The same on every engine and CPU: a change here changes every published result.
  test("draws the bytes it always drew", () => {
    expect(md5(proceduralCifar10({ seed: 0, count: 200 }))).toBe(
      "cce997c24d49e40f0b965ab458f0a3c9",
    );
    expect(md5(proceduralCifar10({ seed: 0, count: 200, split: "test" }))).toBe(
      "ec1714f9612a279d947f63245b70dedf",
    );
  });

  test("begins with the same images however many there are, and with others for another seed", () => {
    const many = proceduralCifar10({ seed: 3, count: 30 });
    expect(proceduralCifar10({ seed: 3, count: 12 })).toEqual(many.subarray(0, 12 * RECORD_BYTES));
    expect(proceduralCifar10({ seed: 4, count: 30 })).not.toEqual(many);
    expect(proceduralCifar10({ seed: 3, count: 30, split: "test" })).not.toEqual(many);
  });

  test("no image is there twice, in training and test set together", () => {
    const seen = new Set<string>();
    for (const split of ["train", "test"] as const) {
      const { images } = proceduralDataset({ count: 500, split });
      for (let i = 0; i < images.length; i += IMAGE_BYTES) {
        seen.add(md5(images.subarray(i, i + IMAGE_BYTES)));
      }
    }
    expect(seen.size).toBe(1000);
  });

  test("neither the mean colour nor the nearest image gives the class away", () => {
    const train = proceduralDataset({ count: 1000 });
    const test = proceduralDataset({ count: 200, split: "test" });
    const meanColour = (images: Uint8Array) =>
      Float64Array.from({ length: (3 * images.length) / IMAGE_BYTES }, (_, i) =>
        images.subarray(1024 * i, 1024 * (i + 1)).reduce((sum, v) => sum + v, 0),
      );
    // Chance is 10 %, with a standard deviation of 2 % for 200 images. The nearest image is right 43 % of the time; a
    // net, 70 to 85 %.
    const byColour = nearest(meanColour(train.images), meanColour(test.images), 3);
    expect(accuracy(byColour)).toBeLessThan(0.2);
    const byPixels = nearest(train.images, test.images, IMAGE_BYTES);
    expect(accuracy(byPixels)).toBeLessThan(0.5);

    function accuracy(found: number[]): number {
      const right = found.filter((k, i) => train.labels[k] === test.labels[i]);
      return right.length / found.length;
    }
  });

  test("refuses a count that is not a positive integer, and a seed that is none", () => {
    expect(() => proceduralCifar10({ count: 1, seed: 0.5 })).toThrow(
      "seed to be an integer, got 0.5",
    );
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(() => proceduralCifar10({ count })).toThrow(
        `proceduralCifar10: expected count to be a positive integer, got ${count}`,
      );
    }
  });
});

describe("proceduralDataset, lazy", () => {
  const all = proceduralDataset({ count: 95, seed: 2 });

  test("draws an image when it is needed, once, with the bytes it has anyway", () => {
    const lazy = proceduralDataset({ count: 95, seed: 2, lazy: true });
    expect(lazy.labels).toEqual(all.labels);
    const drawn = () =>
      [...lazy.labels.keys()].filter((i) =>
        lazy.images.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES).some((byte) => byte > 0),
      );
    expect(drawn()).toEqual([]);
    lazy.prepare?.([94, 3]);
    expect(drawn()).toEqual([3, 94]);
    lazy.images[3 * IMAGE_BYTES] ^= 1; // what is there is not drawn again
    lazy.prepare?.([3]);
    lazy.images[3 * IMAGE_BYTES] ^= 1;
    lazy.prepare?.(lazy.labels.keys());
    expect(lazy.images).toEqual(all.images);
  });

  test("a loader and concatDatasets ask for what they take", async () => {
    const runtime = await createRuntime({ threads: 1 });
    const lazy = proceduralDataset({ count: 20, seed: 2, lazy: true });
    const options = { batchSize: 8, shuffle: true, runtime };
    const [batches, want] = [lazy, proceduralDataset({ count: 20, seed: 2 })].map((dataset) =>
      Array.from(new DataLoader(dataset, options).batches(), ({ images }) => images.toArray()),
    );
    expect(batches).toEqual(want);
    runtime.close();
    const one = { count: 3, seed: 2 };
    const twice = concatDatasets([proceduralDataset({ ...one, lazy: true }), all]);
    expect(twice.images.subarray(0, 3 * IMAGE_BYTES)).toEqual(proceduralDataset(one).images);
  });

  test("refuses what is no option", () => {
    expect(() => proceduralDataset({ count: 3, lazy: 1 } as never)).toThrow("proceduralDataset: ");
    expect(() => proceduralCifar10({ count: 3, lazy: true } as never)).toThrow("proceduralCifar10");
  });
});

/** For each vector of `queries`, the index of the nearest of `known`, by squared distance. */
function nearest(known: ArrayLike<number>, queries: ArrayLike<number>, length: number): number[] {
  return Array.from({ length: queries.length / length }, (_, q) => {
    let best = { index: -1, distance: Number.POSITIVE_INFINITY };
    for (let k = 0; k < known.length / length; k++) {
      let distance = 0;
      for (let i = 0; i < length; i++) {
        const difference = known[k * length + i] - queries[q * length + i];
        distance += difference * difference;
      }
      if (distance < best.distance) best = { index: k, distance };
    }
    return best.index;
  });
}
