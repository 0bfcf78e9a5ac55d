import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type CheckpointParts,
  checkpointMetadata,
  loadCheckpoint,
  saveCheckpoint,
} from "../../src/io/checkpoint.js";
import { readCheckpoint, writeCheckpoint } from "../../src/io/checkpoint-file.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors.js";
import * as nn from "../../src/nn/index.js";
import { add } from "../../src/ops/elementwise/add.js";
import { crossEntropy } from "../../src/ops/reduce/cross-entropy.js";
import { AdamW, decayGroups, WarmupCosineLR } from "../../src/optim/index.js";
import { Generator, manualSeed, randn } from "../../src/random.js";
import { keep, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";

const folder = mkdtempSync(join(tmpdir(), "evenkeel-checkpoint-"));
const runtime = await useRuntime();
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A net with running statistics, two groups, a schedule and noise: whatever a run can forget. */
function makeRun(seed: number, width = 6) {
  manualSeed(seed);
  const model = new nn.Sequential(
    new nn.Linear(4, width, { runtime }),
    new nn.BatchNorm1d(width, { runtime }),
    new nn.ReLU(),
    new nn.Linear(width, 3, { runtime }),
  );
  const optimizer = new AdamW(decayGroups(model, 0.1), { lr: 0.05 });
  const scheduler = new WarmupCosineLR(optimizer, { warmupSteps: 3, totalSteps: 12 });
  const generator = new Generator(seed);
  const x = randomTensor(runtime, [8, 4], 1);
  const step = () =>
    tidy(() => {
      optimizer.zeroGrad();
      const noisy = add(x, randn([8, 4], { runtime, generator }));
      const loss = crossEntropy(model.forward(noisy), [0, 1, 2, 0, 1, 2, 0, 1]);
      loss.backward();
      optimizer.step();
      scheduler.step();
      randn([3], { runtime, generator }); // leaves one of a pair
      return loss.item();
    });
  return { parts: { model, optimizer, scheduler, generator }, step };
}

const steps = (run: { step(): number }, count: number) => Array.from({ length: count }, run.step);

describe("a run", () => {
  test.each([0, 1, 5])(
    "saved after %i steps goes on with the same losses and ends with the same bits",
    (at) => {
      const straight = makeRun(1);
      const losses = steps(straight, 10);
      const first = makeRun(1);
      const before = steps(first, at);
      const bytes = saveCheckpoint(first.parts, { step: at });
      const second = makeRun(2);
      steps(second, 2);
      expect(loadCheckpoint(bytes, second.parts)).toEqual({ step: at });
      expect([...before, ...steps(second, 10 - at)]).toEqual(losses);
      expect(saveCheckpoint(second.parts)).toEqual(saveCheckpoint(straight.parts));
    },
  );

  test("loading leaves no tensors behind", () => {
    const run = makeRun(1);
    steps(run, 2);
    const bytes = saveCheckpoint(run.parts);
    run.parts.optimizer.zeroGrad();
    const { tensors } = runtime.stats();
    loadCheckpoint(bytes, run.parts);
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("the file is safetensors that anybody can read, one part may be had alone", () => {
    const run = makeRun(1);
    steps(run, 2);
    const bytes = saveCheckpoint(run.parts, "two steps");
    const tensors = loadSafetensors(bytes, { runtime });
    expect([...tensors.keys()].slice(0, 3)).toEqual([
      "model.0.weight",
      "model.0.bias",
      "model.1.weight",
    ]);
    expect(tensors.get("model.1.num_batches_tracked")?.data).toEqual(BigInt64Array.of(2n));
    expect(tensors.get("optimizer.0.exp_avg")?.shape).toEqual([6, 4]);
    expect(checkpointMetadata(bytes)).toBe("two steps");
    const { model } = makeRun(2).parts;
    loadCheckpoint(bytes, { model });
    expect(model.stateDict().get("1.running_mean")?.toArray()).toEqual(
      run.parts.model.stateDict().get("1.running_mean")?.toArray(),
    );
  });
});

describe("refuses, with every part as it was,", () => {
  const run = (
    change: Partial<Record<keyof ReturnType<typeof makeRun>["parts"], CheckpointParts[string]>>,
  ) => ({
    ...makeRun(1).parts,
    ...change,
  });
  const cases: [what: string, bytes: () => Uint8Array, message: string][] = [
    ["another model", () => saveCheckpoint(makeRun(1, 7).parts), "size mismatch for 0.weight"],
    [
      "an optimiser of other groups",
      () => {
        const { model } = makeRun(1).parts;
        return saveCheckpoint(run({ optimizer: new AdamW(model.parameters()) }));
      },
      "AdamW: expected a state of groups of 2 + 4 parameters, got 6",
    ],
    [
      "a schedule of other groups",
      () => {
        const { model } = makeRun(1).parts;
        const one = new AdamW(model.parameters());
        return saveCheckpoint(
          run({ scheduler: new WarmupCosineLR(one, { warmupSteps: 1, totalSteps: 2 }) }),
        );
      },
      "WarmupCosineLR: expected 2 baseLrs",
    ],
    [
      "no generator",
      () => saveCheckpoint(run({ generator: new nn.ReLU() })),
      "expected a state of 2516 bytes",
    ],
    [
      "a generator with null for a byte",
      () => {
        const state = [null, ...makeRun(1).parts.generator.getState().subarray(1)];
        const broken = { stateDict: () => ({ state }), checkStateDict() {}, loadStateDict() {} };
        return saveCheckpoint(run({ generator: broken }));
      },
      "Generator: expected the state to be a list of bytes",
    ],
    [
      "a missing part",
      () => {
        const { generator, ...rest } = makeRun(1).parts;
        return saveCheckpoint(rest);
      },
      'there is no part "generator" in the file',
    ],
    [
      "tensors alone",
      () => saveSafetensors(makeRun(1).parts.model.stateDict()),
      "no checkpoint of evenkeel's",
    ],
    ["a file cut off", () => saveCheckpoint(makeRun(1).parts).slice(0, -4), "loadCheckpoint: "],
    ["nothing", () => new Uint8Array(), "loadCheckpoint: "],
  ];
  test.each(cases)("%s", (_, bytes, message) => {
    const own = makeRun(3);
    steps(own, 2);
    const before = saveCheckpoint(own.parts);
    const file = bytes();
    own.parts.optimizer.zeroGrad();
    const { tensors } = runtime.stats();
    expect(() => loadCheckpoint(file, own.parts)).toThrow(message);
    expect(runtime.stats().tensors).toBe(tensors);
    expect(saveCheckpoint(own.parts)).toEqual(before);
  });

  test("a name with a dot", () => {
    expect(() => saveCheckpoint({ "a.b": new nn.ReLU() })).toThrow("without a dot");
  });
});

describe("a part that cannot be loaded has those before it taken back:", () => {
  const broken = {
    stateDict: () => ({}),
    checkStateDict() {},
    loadStateDict() {
      throw new Error("broken");
    },
  };

  test("a run with its momenta, at another step", () => {
    const own = makeRun(3);
    steps(own, 2);
    const file = saveCheckpoint({ ...makeRun(1).parts, broken });
    const before = saveCheckpoint(own.parts);
    own.parts.optimizer.zeroGrad();
    const { tensors } = runtime.stats();
    expect(() => loadCheckpoint(file, { ...own.parts, broken })).toThrow("broken");
    expect(runtime.stats().tensors).toBe(tensors);
    expect(saveCheckpoint(own.parts)).toEqual(before);
    const straight = makeRun(3);
    steps(straight, 2);
    expect(steps(own, 2)).toEqual(steps(straight, 2));
  });

  test("an optimiser without a schedule has no initialLr afterwards", () => {
    const { model } = makeRun(1).parts;
    const optimizer = new AdamW(model.parameters());
    const other = new AdamW(model.parameters());
    new WarmupCosineLR(other, { warmupSteps: 1, totalSteps: 2 });
    const file = saveCheckpoint({ optimizer: other, broken });
    const before = optimizer.stateDict();
    expect(() => loadCheckpoint(file, { optimizer, broken })).toThrow("broken");
    expect(optimizer.stateDict()).toEqual(before);
  });

  test("a graph of the model still goes back", () => {
    const { model } = makeRun(1).parts;
    const file = saveCheckpoint({ model: makeRun(2).parts.model, broken });
    const loss = crossEntropy(model.forward(randomTensor(runtime, [2, 4], 1)), [0, 1]);
    expect(() => loadCheckpoint(file, { model, broken })).toThrow("broken");
    loss.backward();
    expect(model.parameters().every(({ grad }) => grad !== null)).toBe(true);
  });

  /** A part of a user's own: an average of weights, alone or beside JSON, that it writes in place or puts anew. */
  function average(seed: number, inPlace: boolean, alone: boolean) {
    const own = { value: randomTensor(runtime, [3], seed), json: { list: [seed] } };
    const state = () => ({ ...own.json, tensors: new Map([["value", own.value]]) });
    return {
      own,
      stateDict: () => (alone ? state().tensors : state()),
      checkStateDict() {},
      loadStateDict(given: ReturnType<typeof state>) {
        const { tensors = given as unknown as Map<string, Tensor>, list = [seed] } = given;
        const from = (tensors.get("value") as Tensor).toArray();
        own.json.list.splice(0, 1, ...list);
        if (!inPlace) own.value.dispose();
        if (!inPlace) own.value = keep(tensor(from, [3], { runtime }));
        own.value.elements.set(from);
      },
    };
  }

  const kinds = [false, true].flatMap((inPlace) => [false, true].map((alone) => [inPlace, alone]));
  test.each(kinds)("a part of a user's own, written in place: %s, tensors alone: %s", (...kind) => {
    const [saved, part] = [1, 2].map((seed) => average(seed, ...(kind as [boolean, boolean])));
    const file = saveCheckpoint({ part: saved, broken });
    const before = saveCheckpoint({ part });
    const { tensors } = runtime.stats();
    expect(() => loadCheckpoint(file, { part, broken })).toThrow("broken");
    expect(saveCheckpoint({ part })).toEqual(before);
    expect(runtime.stats().tensors).toBe(tensors);
    loadCheckpoint(file, { part });
    expect(saveCheckpoint({ part })).toEqual(saveCheckpoint({ part: saved }));
    expect(runtime.stats().tensors).toBe(tensors);
  });
});

describe("files", () => {
  test("are written and read", async () => {
    const path = join(folder, "run.safetensors");
    const run = makeRun(1);
    await writeCheckpoint(path, run.parts, 1);
    steps(run, 1);
    await writeCheckpoint(path, run.parts, 2);
    expect(readdirSync(folder)).toEqual(["run.safetensors"]);
    const other = makeRun(2);
    expect(await readCheckpoint(path, other.parts)).toBe(2);
    expect(saveCheckpoint(other.parts)).toEqual(saveCheckpoint(run.parts));
  });

  test("that cannot be written leave nothing", async () => {
    const path = join(folder, "missing", "run.safetensors");
    await expect(writeCheckpoint(path, {})).rejects.toThrow(
      `writeCheckpoint: cannot write ${path}`,
    );
    await expect(writeCheckpoint(folder, {})).rejects.toThrow(`cannot write ${folder}`);
    expect(readdirSync(join(folder, "..")).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("that cannot be read, or hold something else, are named or refused", async () => {
    await expect(readCheckpoint(join(folder, "none"), {})).rejects.toThrow("cannot read");
    const path = join(folder, "text");
    writeFileSync(path, "not tensors");
    await expect(readCheckpoint(path, {})).rejects.toThrow(`readCheckpoint: ${path}: a header of`);
    expect(readFileSync(path, "utf8")).toBe("not tensors");
  });

  test("parts without a tensor need a runtime of their own", () => {
    const generator = new Generator(1);
    const bytes = saveCheckpoint({ generator, model: new nn.Linear(1, 1, { runtime }) });
    generator.random();
    loadCheckpoint(bytes, { generator }, { runtime });
    expect(generator.random()).toBe(new Generator(1).random());
  });
});

test("megabytes of text with quotes, as a long log is, come back", () => {
  const { parts } = makeRun(1);
  const log = '"'.repeat(4_000_000);
  expect(loadCheckpoint(saveCheckpoint(parts, log), parts) === log).toBe(true);
});
