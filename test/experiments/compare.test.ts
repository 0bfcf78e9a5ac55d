import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { proceduralDataset } from "../../src/data/index.js";
import {
  type CompareConfig,
  type CompareEvent,
  type CompareOptions,
  type CompareResult,
  compare,
} from "../../src/experiments/compare.js";
import { loadCheckpoint, type Stateful, saveCheckpoint } from "../../src/io/checkpoint.js";
import { type CheckpointStore, checkpointFile } from "../../src/io/checkpoint-file.js";
import { NormResNet } from "../../src/models/index.js";
import { normNames } from "../../src/nn/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { useRuntime } from "../helpers.js";

const data = {
  train: proceduralDataset({ count: 40 }),
  test: proceduralDataset({ count: 40, split: "test" }),
};
const tiny = { epochs: 2, batchSize: 16, width: 4 };

const runtime = await useRuntime({ threads: 1, deterministic: true });

async function finish(
  settings: Partial<CompareConfig>,
  { on = runtime, signal, seen, store, saveEvery, controls }: Options = {},
): Promise<CompareResult> {
  const options = { runtime: on, signal, store, saveEvery, controls };
  const events = compare(data, { ...tiny, ...settings }, options);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    seen?.(value);
  }
}
interface Options {
  on?: Runtime;
  signal?: AbortSignal;
  store?: CompareOptions["store"];
  saveEvery?: number;
  controls?: CompareOptions["controls"];
  seen?: (event: CompareEvent) => void;
}

type Resume = Extract<CompareEvent, { type: "resume" }>;

/** A store that keeps its bytes in a map. */
const memory = (kept: Map<string, Uint8Array>, name: string): CheckpointStore => ({
  async save(parts, metadata) {
    kept.set(name, saveCheckpoint(parts, metadata));
  },
  async load(parts) {
    const bytes = kept.get(name);
    return bytes ? loadCheckpoint(bytes, parts) : null;
  },
});

describe("compare", () => {
  test("stopped anywhere and begun again with the same store it comes to the same runs", async () => {
    const settings = { norms: ["bn", "gn:2+ws"], epochs: 2 };
    const timeless = ({ runs }: CompareResult) =>
      runs.map((run) => ({ ...run, epochSeconds: 0, peakBytes: 0 }));
    const straight = await finish(settings);
    for (const stopAt of [4, 40, 100]) {
      const folder = mkdtempSync(join(tmpdir(), "evenkeel-compare-"));
      const store = (name: string) => checkpointFile(join(folder, `${name}.safetensors`));
      const stop = new AbortController();
      let steps = 0;
      const seen = (event: CompareEvent) => {
        if (event.type === "step" && ++steps === stopAt) stop.abort();
      };
      await finish(settings, { store, signal: stop.signal, seen });
      const again: CompareEvent[] = [];
      const resumed = await finish(settings, { store, seen: (event) => again.push(event) });
      expect(timeless(resumed)).toEqual(timeless(straight));
      const repeated = again.filter(({ type }) => type === "step").length + stopAt - 2 * (6 + 80);
      expect(repeated).toBeGreaterThanOrEqual(0);
      expect(repeated, "no more than the epoch that was stopped").toBeLessThanOrEqual(40);
      const files = [
        "bn-seed0-batch1",
        "bn-seed0-train",
        "gn-2-ws-seed0-batch1",
        "gn-2-ws-seed0-train",
      ];
      expect(readdirSync(folder).sort()).toEqual(files.map((name) => `${name}.safetensors`));
      rmSync(folder, { recursive: true });
    }
  });

  test("stopped and begun again it has all it had seen, and says so before the first new step", async () => {
    const looks = { evaluateEvery: 2, probeEvery: 2, answers: 5 };
    const settings = { norms: ["gn"], batch1Samples: 10, ...looks };
    const timeless = ({ runs }: CompareResult) =>
      runs.map((run) => ({ ...run, epochSeconds: 0, peakBytes: 0 }));
    const straight = await finish(settings);
    for (const [phase, at, saved] of [
      ["train", 5, 4],
      ["batch1", 7, 6],
    ] as const) {
      const kept = new Map<string, Uint8Array>();
      const store = (name: string) => memory(kept, name);
      const stop = new AbortController();
      const seen = (event: CompareEvent) => {
        if (event.type === "step" && event.phase === phase && event.step === at) stop.abort();
      };
      await finish(settings, { store, signal: stop.signal, seen, saveEvery: 2 });
      const events: CompareEvent[] = [];
      const again = (event: CompareEvent) => events.push(event);
      const resumed = await finish(settings, { store, seen: again, saveEvery: 2 });
      expect(timeless(resumed)).toEqual(timeless(straight));
      const from = events.findIndex((event) => event.type === "resume" && event.phase === phase);
      expect(events[from - 1]).toEqual({ type: "start", phase, norm: "gn", seed: 0 });
      const { losses, evaluations, probes, ...rest } = events[from] as Resume;
      expect(rest).toEqual({ type: "resume", phase, norm: "gn", seed: 0 });
      expect(losses).toHaveLength(saved);
      expect(events[from + 1]).toMatchObject({ type: "step", step: saved + 1 });
      const until = <T extends { step: number }>(list: T[] = []) =>
        list.filter(({ step }) => step <= saved);
      const [run] = straight.runs;
      const main = phase === "train";
      expect(evaluations).toEqual(main ? until(run.evaluations) : undefined);
      expect(probes).toEqual(main ? until(run.probes) : undefined);
    }
  });

  test("goes on from a checkpoint of the time before there were notes", async () => {
    const kept = new Map<string, Uint8Array>();
    const old = (name: string): CheckpointStore => {
      const { load, save } = memory(kept, name);
      const strip = (run: Stateful): Stateful => ({
        stateDict() {
          const {
            evaluations: _,
            probes: __,
            ...state
          } = run.stateDict() as Record<string, object>;
          return state;
        },
        checkStateDict: (state) => run.checkStateDict(state),
        loadStateDict: (state) => run.loadStateDict(state),
      });
      return { load, save: (parts, m) => save({ ...parts, run: strip(parts.run as Stateful) }, m) };
    };
    const settings = { norms: ["gn"], batch1: false, evaluateEvery: 2, probeEvery: 3 };
    const stop = new AbortController();
    const seen = (event: CompareEvent) => {
      if (event.type === "step" && event.step === 4) stop.abort();
    };
    await finish(settings, { store: old, seen, signal: stop.signal });
    const [run] = (await finish(settings, { store: old })).runs;
    const [straight] = (await finish(settings)).runs;
    expect(run.losses).toEqual(straight.losses);
    expect(run.evaluations).toEqual(straight.evaluations?.slice(1)); // saved after step 3
    expect(run.probes).toEqual(straight.probes?.slice(1));
  });

  test("gives every norm and seed a run of the agreed shape and leaves no memory behind", async () => {
    const before = runtime.stats();
    const { config, machine, runs } = await finish({ seeds: 2 });
    expect(runtime.stats().bytes).toBe(before.bytes);
    expect(runtime.stats().tensors).toBe(before.tensors);
    expect(machine).toMatchObject({ variant: "simd", threads: 1, shared: false });
    expect(config).toMatchObject({ ...tiny, seeds: 2, norms: ["bn", "ln", "in", "gn"] });
    expect(runs.map(({ norm, seed }) => `${norm}${seed}`)).toEqual(
      ["bn0", "ln0", "in0", "gn0"].concat(["bn1", "ln1", "in1", "gn1"]),
    );
    for (const run of runs) {
      expect(Object.keys(run)).toEqual(
        ["norm", "seed", "parameters", "losses", "testAccuracy", "epochSeconds"].concat([
          "peakBytes",
          "batch1",
        ]),
      );
      expect(Object.keys(run.batch1)).toEqual(["evalAccuracy", "trainAccuracy", "note"]);
      expect(run.losses).toHaveLength(2 * 3);
      expect(run.losses.every((loss) => loss > 1 && loss < 4)).toBe(true); // ln 10 = 2.3
      expect(run.epochSeconds).toBeGreaterThan(0);
      expect(run.batch1.evalAccuracy).toBe(run.testAccuracy);
      expect(run.batch1.note).toBe("trained on 80 single images");
      // Parameters, gradients and two moments at the least; the first map alone is [16, 4, 32, 32].
      expect(run.peakBytes).toBeGreaterThan(4 * 4 * run.parameters + 4 * 16 * 4 * 1024);
    }
    // conv 3→4→8→16→32, linear 32→10; scale and shift where the norm has them.
    const bare = 9 * (3 * 4 + 4 * 8 + 8 * 16 + 16 * 32) + 330;
    expect(runs.slice(0, 4).map((run) => run.parameters)).toEqual(
      [120, 120, 0, 120].map((affine) => bare + affine),
    );
  });

  test("runs every norm of the table, and methods for weights, in batches and one by one", async () => {
    const norms = [
      ...normNames(),
      "gn:2+ws",
      "bn+wn",
      "frn+spectral",
      "evonorm-s0:2+sws",
      "ghost:4",
    ];
    const { runs } = await finish({ norms, epochs: 1, batch1Samples: 10 });
    expect(runs.map((run) => run.norm)).toEqual(norms);
    for (const { norm, losses, batch1 } of runs) {
      expect(losses.every(Number.isFinite), norm).toBe(true);
      expect(batch1.evalAccuracy, norm).toBeGreaterThanOrEqual(0);
      expect(batch1, norm).toMatchObject({
        trainAccuracy: expect.any(Number),
        note: "trained on 10 single images",
      });
    }
  });

  test("repeats itself bit for bit, on one thread and on two", async () => {
    const settings: Partial<CompareConfig> = { norms: ["bn", "in"], batch1Samples: 20 };
    const accuracies = ({ runs }: CompareResult) =>
      runs.map(({ losses, testAccuracy, batch1 }) => ({ losses, testAccuracy, batch1 }));
    const first = accuracies(await finish(settings));
    expect(accuracies(await finish(settings))).toEqual(first);
    const two = await createRuntime({ threads: 2, deterministic: true });
    try {
      expect(two.threads).toBe(2);
      expect(accuracies(await finish(settings, { on: two }))).toEqual(first);
    } finally {
      two.close();
    }
    expect(accuracies(await finish({ ...settings, seed: 1 }))).not.toEqual(first);
  });

  test("trains all norms on the same batches: a norm's run does not depend on the others", async () => {
    const settings = { batch1Samples: 0 };
    const alone = await finish({ ...settings, norms: ["gn"] });
    const last = await finish({ ...settings, norms: ["bn", "gn"] });
    expect(last.runs[1].losses).toEqual(alone.runs[0].losses);
    expect(alone.runs[0].batch1).toMatchObject({
      trainAccuracy: null,
      note: "not trained with batch 1",
    });
  });

  test("tells of each step, with the loss that ends up in the result", async () => {
    const events: CompareEvent[] = [];
    const { runs } = await finish(
      { norms: ["ln"], batch1Samples: 7 },
      { seen: (event) => events.push(event) },
    );
    const steps = events.filter((event) => event.type === "step");
    const main = steps.filter((event) => event.phase === "train");
    expect(main.map((event) => event.loss)).toEqual(runs[0].losses);
    expect(main.map((event) => event.step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(steps.length - main.length).toBe(7);
    expect(steps.every((event) => event.rate > 0)).toBe(true);
    expect(events.filter((event) => event.type !== "step").map((event) => event.type)).toEqual([
      "start",
      "finish",
      "start",
      "finish",
      "run",
    ]);
  });

  test("keeps the finished runs when it is stopped, and frees the memory of the others", async () => {
    const before = runtime.stats().bytes;
    const stop = new AbortController();
    const { runs, unfinished } = await finish(
      { norms: ["bn", "ln"], batch1Samples: 0 },
      {
        signal: stop.signal,
        seen(event) {
          if (event.type === "step" && event.norm === "ln" && event.step === 2) stop.abort();
        },
      },
    );
    expect(runs.map((run) => run.norm)).toEqual(["bn"]);
    expect(runtime.stats().bytes).toBe(before);
    const whole = await finish({ norms: ["ln"], batch1Samples: 0 });
    expect(unfinished).toEqual([{ norm: "ln", seed: 0, losses: whole.runs[0].losses.slice(0, 2) }]);
    expect(Object.keys(whole)).not.toContain("unfinished");
  });

  test("a training that is stopped after an interruption is returned with the losses of before it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "evenkeel-compare-"));
    const store = (name: string) => checkpointFile(join(folder, `${name}.safetensors`));
    const settings = { norms: ["gn"], batch1: false };
    const stopAt = (step: number) => {
      const stop = new AbortController();
      const seen = (event: CompareEvent) => {
        if (event.type === "step" && event.step === step) stop.abort();
      };
      return finish(settings, { store, seen, signal: stop.signal });
    };
    await stopAt(4);
    const { unfinished, runs } = await stopAt(5);
    expect(runs).toEqual([]);
    expect(unfinished?.[0].losses).toEqual((await finish(settings)).runs[0].losses.slice(0, 5));
    rmSync(folder, { recursive: true });
  });

  test("evaluates and looks into the blocks on the way, and comes to the same bits", async () => {
    const settings = { norms: ["bn", "in"], batch1: false };
    const plain = await finish(settings);
    const events: CompareEvent[] = [];
    const looked = await finish(
      { ...settings, evaluateEvery: 3, probeEvery: 2 },
      { seen: (event) => events.push(event) },
    );
    for (const [i, run] of looked.runs.entries()) {
      const { losses, testAccuracy, evaluations, probes } = run;
      expect(losses).toEqual(plain.runs[i].losses);
      expect(testAccuracy).toBe(plain.runs[i].testAccuracy);
      expect(evaluations?.map(({ step }) => step)).toEqual([3, 6]);
      expect(evaluations?.[1].testAccuracy).toBe(testAccuracy);
      expect(probes?.map(({ step }) => step)).toEqual([2, 4, 6]);
      for (const { blocks } of probes ?? []) {
        expect(blocks).toHaveLength(4);
        for (const { histogram, gradient, mean, deviation } of blocks) {
          expect(histogram.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
          expect(histogram.low).toBe(0); // behind a ReLU
          expect(mean).toBeGreaterThan(0);
          expect(mean).toBeLessThan(histogram.high);
          expect(deviation).toBeGreaterThan(0);
          expect(gradient).toBeGreaterThan(0);
        }
      }
    }
    const told = events.filter(({ type }) => type === "evaluate" || type === "probe");
    expect(
      told.slice(0, 5).map((event) => `${event.type} ${"step" in event && event.step}`),
    ).toEqual(["probe 2", "evaluate 3", "probe 4", "probe 6", "evaluate 6"]);
    expect(Object.keys(plain.runs[0])).not.toContain("evaluations");
  });

  test("keeps the answers to the first images, whose share of right ones is the accuracy", async () => {
    const settings = { norms: ["bn"], batch1: false, evaluateEvery: 4 };
    const [plain] = (await finish(settings)).runs;
    const [{ answers, evaluations, ...run }] = (await finish({ ...settings, answers: 40 })).runs;
    const { evaluations: without, ...same } = plain;
    expect({ ...run, epochSeconds: 0 }).toEqual({ ...same, epochSeconds: 0 });
    const { labels } = data.test;
    const share = (list: number[] = []) => list.filter((k, i) => k === labels[i]).length / 40;
    expect(share(answers)).toBe(run.testAccuracy);
    expect(evaluations?.map(({ answers: _, ...rest }) => rest)).toEqual(without);
    for (const evaluation of evaluations ?? [])
      expect(share(evaluation.answers)).toBe(evaluation.testAccuracy);
    const [few] = (await finish({ ...settings, evaluateEvery: 6, answers: 3 })).runs;
    expect(few.answers).toEqual(answers?.slice(0, 3));
    expect(few.evaluations?.[0].answers).toEqual(few.answers);
    expect(Object.keys(plain)).not.toContain("answers");
  });

  test("every step tells the largest memory so far", async () => {
    const peaks: number[] = [];
    const seen = (event: CompareEvent) => {
      if (event.type === "step") peaks.push(event.peakBytes);
    };
    const [{ peakBytes }] = (await finish({ norms: ["bn"], batch1: false }, { seen })).runs;
    expect(peaks).toHaveLength(6);
    expect(peaks).toEqual([...peaks].sort((a, b) => a - b));
    expect(peaks[0]).toBeGreaterThan(0);
    expect(peaks[5]).toBe(peakBytes);
  });

  test("without batch 1 no image is seen alone", async () => {
    const sizes = new Set<number>();
    const forward = NormResNet.prototype.forward;
    const spy = vi.spyOn(NormResNet.prototype, "forward").mockImplementation(function (
      this: NormResNet,
      x,
    ) {
      sizes.add(x.shape[0]);
      return forward.call(this, x);
    });
    const { runs } = await finish({ norms: ["bn"], batch1: false });
    spy.mockRestore();
    expect([...sizes].sort((a, b) => a - b)).toEqual([8, 16, 40]);
    expect(runs[0].batch1).toEqual({
      evalAccuracy: null,
      trainAccuracy: null,
      note: "batch 1 left out",
    });
  });

  test("steps stand in for epochs, also where they end within one", async () => {
    const settings = { norms: ["gn"], batch1: false };
    const [{ losses }] = (await finish({ ...settings, epochs: 2 })).runs;
    for (const steps of [1, 3, 5, 6]) {
      const [run] = (await finish({ ...settings, epochs: 1, steps })).runs;
      expect(run.losses).toEqual(losses.slice(0, steps));
    }
  });

  test("the step size can be changed while it runs, of single images too", async () => {
    const settings = { norms: ["gn"], batch1Samples: 6 };
    const lossesOf = async (lrs: Record<number, number>, lr = 3e-3) => {
      const controls: CompareOptions["controls"] = {};
      const batch1: number[] = [];
      const seen = (event: CompareEvent) => {
        if (event.type !== "step") return;
        if (event.phase === "batch1") batch1.push(event.loss);
        else if (lrs[event.step]) controls.lr = lrs[event.step];
      };
      const { runs } = await finish({ ...settings, lr }, { controls, seen });
      return { losses: runs[0].losses, batch1 };
    };
    const plain = await lossesOf({});
    const changed = await lossesOf({ 3: 1e-2 });
    expect(changed.losses.slice(0, 4)).toEqual(plain.losses.slice(0, 4));
    expect(changed.losses[4]).not.toBe(plain.losses[4]);
    expect(await lossesOf({ 1: 3e-3, 4: 3e-3 })).toEqual(plain);
    expect(changed.batch1).toEqual((await lossesOf({}, 1e-2)).batch1);
    const controls = { lr: -1 };
    await expect(finish(settings, { controls })).rejects.toThrow(
      "compare: expected controls.lr to be a number above 0, got -1",
    );
  });

  test("two that take turns on one runtime have the memory and the losses each has alone", async () => {
    const settings = (norm: string) => ({
      ...tiny,
      norms: [norm],
      batch1: false,
      evaluateEvery: 2,
    });
    const alone = await Promise.all(
      ["gn", "bn"].map(async (norm) => (await finish(settings(norm))).runs[0]),
    );
    const turns = ["gn", "bn"].map((norm) => compare(data, settings(norm), { runtime }));
    const runs: unknown[] = [null, null];
    while (runs.includes(null)) {
      for (const [i, events] of turns.entries()) {
        const { done, value } = await events.next();
        if (done) runs[i] ??= value.runs[0];
      }
    }
    for (const [i, run] of runs.entries())
      expect({ ...(run as object), epochSeconds: 0 }).toEqual({ ...alone[i], epochSeconds: 0 });
  });

  test("keeps a run whose main part is finished when it is stopped in the training with batch 1", async () => {
    const stop = new AbortController();
    const { runs } = await finish(
      { norms: ["bn", "ln"] },
      {
        signal: stop.signal,
        seen(event) {
          if (event.type === "step" && event.phase === "batch1") stop.abort();
        },
      },
    );
    expect(runs).toHaveLength(1);
    expect(runs[0].batch1.trainAccuracy).toBeNull();
    expect(runs[0].batch1.note).toMatch(/^stopped before/);
  });

  test("frees everything when nobody asks for more", async () => {
    const before = runtime.stats().bytes;
    for await (const event of compare(data, tiny, { runtime })) if (event.type === "step") break;
    expect(runtime.stats().bytes).toBe(before);
  });

  test("refuses to save every so many steps that are none", async () => {
    const refused = finish({}, { saveEvery: 0 });
    await expect(refused).rejects.toThrow("compare: expected saveEvery to be an integer of at");
  });

  test.each([
    [{ norms: ["bn", "xn"] }, 'compare: unknown norm "xn"; known: bn, '],
    [{ norms: [] }, "compare: no norm given"],
    [{ epochs: 0 }, "compare: expected epochs to be an integer of at least 1, got 0"],
    [
      { batch1Samples: -1 },
      "compare: expected batch1Samples to be an integer of at least 0, got -1",
    ],
    [{ steps: 0 }, "compare: expected steps to be an integer of at least 1, got 0"],
    [{ evaluateEvery: 0.5 }, "compare: expected evaluateEvery to be an integer of at least 0"],
    [{ probeEvery: -1 }, "compare: expected probeEvery to be an integer of at least 0, got -1"],
    [{ answers: -1 }, "compare: expected answers to be an integer of at least 0, got -1"],
    [{ batch1: 0 as never }, "compare: expected batch1 to be boolean, got 0"],
    [{ lr: Number.NaN }, "compare: expected lr to be a number above 0, got NaN"],
    [
      { norms: ["bn", "gn"], width: 6 },
      'NormResNet: "gn": num_channels must be divisible by num_groups',
    ],
  ])("refuses %o before anything is trained", async (settings, message) => {
    const seen: CompareEvent[] = [];
    const refused = finish(settings as Partial<CompareConfig>, {
      seen: (event) => seen.push(event),
    });
    await expect(refused).rejects.toThrow(message);
    expect(seen).toEqual([]);
  });
});
