import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataLoader, proceduralDataset } from "../../src/data/index.js";
import { train } from "../../src/experiments/train.js";
import { type CheckpointStore, checkpointFile } from "../../src/io/checkpoint-file.js";
import { NormResNet } from "../../src/models/index.js";
import { manualSeed } from "../../src/random.js";
import { useRuntime } from "../helpers.js";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-resume-"));
const runtime = await useRuntime({ threads: 2 });
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const EPOCH = 3;
const IMAGES = 10;

interface Settings {
  epochs: number;
  stopAfter: number;
  seed: number;
  lr: number;
  batchSize: number;
  saveEvery: number;
}

/** A training of `epochs` epochs of 3 steps; it is left after `stopAfter` of them, as if the process were killed. */
async function run(
  store: CheckpointStore | undefined,
  { epochs = 4, stopAfter = Number.POSITIVE_INFINITY, seed = 1, ...more }: Partial<Settings> = {},
) {
  const { lr = 0.01, batchSize = 4, saveEvery } = more;
  manualSeed(seed);
  const net = new NormResNet({ norm: "bn", width: 2, runtime });
  const dataset = proceduralDataset({ count: IMAGES });
  const loader = new DataLoader(dataset, { batchSize, shuffle: true, runtime });
  const events: number[] = [];
  const steps = train(net, loader, { samples: epochs * IMAGES, lr, store, saveEvery });
  for (;;) {
    const { done, value } = await steps.next();
    if (done)
      return { ...value, events, weights: [...net.stateDict().values()].map((t) => t.toArray()) };
    if (value === "resume") continue;
    events.push(value.step);
    if (events.length === stopAfter) {
      await steps.return({ losses: [], seconds: 0, peakBytes: 0 });
      return { losses: [], seconds: 0, events, weights: [] };
    }
  }
}

describe("train with a store", () => {
  test.each([
    [1, "in the first epoch: nothing was saved", 0],
    [EPOCH, "with the last step of an epoch, before it is saved", 0],
    [EPOCH + 1, "just after an epoch", 1],
    [3 * EPOCH + 2, "in the last epoch", 3],
  ])(
    "killed after %i steps, %s: the same losses and weights as uninterrupted",
    async (stopAfter, why, saved) => {
      const store = checkpointFile(join(folder, `${stopAfter}.safetensors`));
      const straight = await run(undefined);
      await run(store, { stopAfter });
      const resumed = await run(store, { seed: 2 }); // the weights come from the store
      expect(resumed.events[0], why).toBe(saved * EPOCH + 1); // no more than the epoch is lost
      if (saved === 0) return;
      expect(resumed.losses).toEqual(straight.losses);
      expect(resumed.weights).toEqual(straight.weights);
    },
  );

  test.each([
    [2, 4, 2],
    [2, 5, 4],
    [2, 7, 6],
    [5, 6, 5],
    [4, 9, 8],
    [1, 5, 4],
  ])(
    "saved every %i steps and killed after %i: goes on after step %i, to the last bit",
    async (saveEvery, stopAfter, saved) => {
      for (const batchSize of [4, 3, 16]) {
        const perEpoch = Math.ceil(IMAGES / batchSize);
        const settings = { batchSize, epochs: 12 / perEpoch };
        const store = checkpointFile(
          join(folder, `${saveEvery}-${stopAfter}-${batchSize}.safetensors`),
        );
        const straight = await run(undefined, settings);
        await run(store, { ...settings, stopAfter, saveEvery });
        const resumed = await run(store, { ...settings, seed: 2 });
        expect(resumed.events[0]).toBe(saved + 1);
        expect(resumed.losses).toEqual(straight.losses);
        expect(resumed.weights).toEqual(straight.weights);
      }
    },
  );

  test("a run that ends within an epoch is saved there, and a longer one goes on", async () => {
    const store = checkpointFile(join(folder, "within.safetensors"));
    await run(store, { epochs: 1.4 });
    const longer = await run(store, { epochs: 3 });
    expect(longer.events).toEqual([5, 6, 7, 8, 9]);
    expect(longer.losses).toEqual((await run(undefined, { epochs: 3 })).losses);
  });

  test("a finished run is not trained again, a longer one goes on from it", async () => {
    const store = checkpointFile(join(folder, "finished.safetensors"));
    const first = await run(store, { epochs: 2 });
    const again = await run(store, { epochs: 2 });
    expect(again).toEqual({ ...first, events: [] });
    const longer = await run(store, { epochs: 3 });
    expect(longer.events).toEqual([7, 8, 9]);
    const straight = await run(undefined, { epochs: 3 });
    expect(longer.losses).toEqual(straight.losses);
  });

  test("a run with other settings or more steps is refused, and leaves nothing behind", async () => {
    const store = checkpointFile(join(folder, "other.safetensors"));
    await run(store, { epochs: 2 });
    await expect(run(store, { epochs: 2, lr: 0.02 })).rejects.toThrow(
      'train: expected the checkpoint of a run with {"lr":0.02,"batchSize":4,"batches":3}, got {"lr":0.01,',
    );
    await expect(run(store, { epochs: 2, batchSize: 5 })).rejects.toThrow(
      "train: expected the checkpoint",
    );
    await expect(run(store, { epochs: 1 })).rejects.toThrow(
      "a checkpoint of 3 steps at most, got 6",
    );
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});
