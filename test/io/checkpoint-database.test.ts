import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DataLoader, proceduralDataset } from "../../src/data/index.js";
import { train } from "../../src/experiments/train.js";
import { checkpointDatabase } from "../../src/io/checkpoint-database.js";
import { NormResNet } from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { manualSeed } from "../../src/random.js";
import { useRuntime } from "../helpers.js";
import { fakeIndexedDB } from "./fake-indexed-db.js";

let database: ReturnType<typeof fakeIndexedDB>;
const runtime = await useRuntime({ threads: 1, deterministic: true });
beforeEach(() => {
  database = fakeIndexedDB();
  vi.stubGlobal("indexedDB", database);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const layer = (value: number) => {
  const linear = new nn.Linear(2, 2, { runtime });
  linear.weight.data.fill(value);
  return linear;
};

describe("checkpointDatabase", () => {
  test("keeps by key, replaces, tells whether there is one, and forgets", async () => {
    const [a, b] = ["a", "b"].map((key) => checkpointDatabase(key));
    const model = layer(1);
    expect(await a.load({ model })).toBeNull();
    expect(await a.exists()).toBe(false);
    await a.save({ model: layer(2) }, { step: 1 });
    await a.save({ model: layer(3) }, { step: 2 });
    await b.save({ model: layer(4) }, null);
    expect(await checkpointDatabase("a").load({ model })).toEqual({ step: 2 });
    expect(model.weight.data[0]).toBe(3);
    expect(await checkpointDatabase("a", "another").exists()).toBe(false);
    await a.remove();
    await a.remove();
    expect([await a.exists(), await b.exists()]).toEqual([false, true]);
    expect(database.opened, "every connection is closed").toBe(0);
  });

  test("a write that is refused leaves what was there, and says why", async () => {
    const store = checkpointDatabase("run");
    await store.save({ model: layer(1) }, null);
    database.refuse = { what: "write", why: "the disk is full" };
    await expect(store.save({ model: layer(2) }, null)).rejects.toThrow(
      'checkpointDatabase: cannot use "run" in "evenkeel": the disk is full',
    );
    database.refuse = { what: "open", why: "a private window" };
    await expect(store.load({ model: layer(0) })).rejects.toThrow("a private window");
    database.refuse = null;
    const model = layer(0);
    await store.load({ model });
    expect(model.weight.data[0]).toBe(1);
    expect(database.opened).toBe(0);
  });

  test("a checkpoint of other parts is refused as one of a file is", async () => {
    const store = checkpointDatabase("run");
    await store.save({ model: layer(1) }, null);
    await expect(store.load({ other: layer(1) })).rejects.toThrow(
      'loadCheckpoint: there is no part "other" in the file',
    );
  });

  test("where there is no IndexedDB it says so", async () => {
    vi.stubGlobal("indexedDB", undefined);
    await expect(checkpointDatabase("run").exists()).rejects.toThrow("there is no IndexedDB here");
  });

  test.each([
    ["", "evenkeel", 'expected key to be a name, got ""'],
    ["run", 3, "expected database to be a name, got 3"],
  ])("refuses %j in %j", (key, name, message) => {
    expect(() => checkpointDatabase(key, name as string)).toThrow(`checkpointDatabase: ${message}`);
  });

  test("a training that is stopped goes on from it, with the losses of an uninterrupted one", async () => {
    const run = async (
      stopAfter = Number.POSITIVE_INFINITY,
      store?: ReturnType<typeof checkpointDatabase>,
    ) => {
      manualSeed(1);
      using net = new NormResNet({ norm: "bn", width: 2, runtime });
      const loader = new DataLoader(proceduralDataset({ count: 10 }), { batchSize: 4, runtime });
      const steps = train(net, loader, { samples: 40, lr: 0.01, store });
      for (let taken = 0; ; taken++) {
        const { done, value } = await steps.next();
        if (done) return value.losses;
        if (taken !== stopAfter) continue;
        await steps.return({ losses: [], seconds: 0, peakBytes: 0 });
        return [];
      }
    };
    const store = checkpointDatabase("run");
    await run(7, store);
    expect(await store.exists()).toBe(true);
    expect(await run(Number.POSITIVE_INFINITY, store)).toEqual(await run());
  });
});
