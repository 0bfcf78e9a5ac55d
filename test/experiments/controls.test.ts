// What may be changed while an experiment runs.
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/experiments/gradients.js";
import { logbook } from "../../src/experiments/logbook.js";
import { brushwork, harbour } from "../../src/experiments/pictures.js";
import { runningStats } from "../../src/experiments/running-stats.js";
import { type StyleConfig, style } from "../../src/experiments/style.js";
import { transformer } from "../../src/experiments/transformer.js";
import { finish } from "./finish.js";

const nets = { activations: ["sigmoid"], bare: false, steps: 12, width: 8, batch: 16 } as const;
const small = { layers: 1, dModel: 16, nHead: 2, dFF: 16, context: 16, batchSize: 2, sample: 1 };
const text = { name: "", content: logbook };

describe("gradients", () => {
  test("another depth begins anew, and ends as if it had been the first one", async () => {
    const controls: { depth?: number } = {};
    const steps: (number | undefined)[] = [];
    const turned = await finish(
      (options) => gradients({ ...nets, depth: 2 }, { ...options, controls }),
      (event) => {
        if (event.stage !== "training") return;
        steps.push(event.step);
        if (steps.length === 5) controls.depth = 3;
      },
    );
    expect(steps.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 1, 2]);
    const whole = await finish((options) => gradients({ ...nets, depth: 3 }, options));
    expect(turned).toEqual(whole);
  });

  test("the learning rate acts from the next step on", async () => {
    const controls: { lr?: number } = {};
    const turned = await finish(
      (options) => gradients({ ...nets, depth: 2 }, { ...options, controls }),
      ({ stage, step }) => {
        if (stage === "training" && step === 6) controls.lr = 0;
      },
    );
    const whole = await finish((options) => gradients({ ...nets, depth: 2 }, options));
    turned.trained.forEach(({ losses }, i) => {
      expect(losses.slice(0, 7)).toEqual(whole.trained[i].losses.slice(0, 7));
      expect(losses.slice(7)).not.toEqual(whole.trained[i].losses.slice(7));
    });
  });

  test.each([0, 1.5, Number.NaN])("a depth of %d is refused", async (depth) => {
    await expect(finish((options) => gradients({ ...nets, depth }, options))).rejects.toThrow(
      "gradients: expected a depth of at least 1",
    );
  });
});

test("runningStats: a momentum of 1 keeps nothing of the batches before; size and mean act too", async () => {
  const controls: { momentum?: number; mean?: number; batch?: number } = {};
  const means: number[] = [];
  await finish(
    (options) =>
      runningStats({ momenta: [0.1], steps: 20, sizes: [], batch: 4 }, { ...options, controls }),
    (event) => {
      const { batch } = event as { batch?: { mean: number; running: { mean: number }[] } };
      if (!batch) return;
      means.push(batch.running[0].mean);
      if (means.length === 10) Object.assign(controls, { momentum: 1, mean: 100, batch: 64 });
      if (means.length > 10) {
        expect(batch.running[0].mean).toBeCloseTo(batch.mean, 4);
        expect(Math.abs(batch.mean - 100)).toBeLessThan(2); // 8 deviations of a mean of 64 values
      } else if (means.length > 1) expect(batch.running[0].mean).not.toBeCloseTo(batch.mean, 4);
    },
  );
  expect(means).toHaveLength(20);
});

test("transformer: the learning rate acts with the warm-up as it is, and the full size can be left out", async () => {
  const controls: { lr?: number } = {};
  const settings = {
    ...small,
    variants: ["pre-ln"],
    steps: 8,
    warmup: 4,
    fullSize: false,
  } as const;
  const run = (lr: number, own: { lr?: number } = {}) =>
    finish((options) => transformer(text, { ...settings, lr }, { ...options, controls: own }));
  const [half, turned] = [await run(1e-3), await run(2e-3, Object.assign(controls, { lr: 1e-3 }))];
  expect(half.block).toBeNull();
  expect(turned.runs[0].losses).toEqual(half.runs[0].losses);
});

test("style: the weight acts from the next step on; pictures come on the way, AdaIN's first", async () => {
  const settings: Partial<StyleConfig> = {
    ...{ norms: ["in"], widths: [4, 4, 4], residualBlocks: 1, crop: 16, batchSize: 1 },
    ...{ steps: 6, pictureEvery: 2, fullSize: false },
  };
  const pictures = [harbour(32), brushwork(32)] as const;
  const seen: string[] = [];
  const run = (controls: { styleWeight?: number }) =>
    finish(
      (options) => style(...pictures, settings, { ...options, controls }),
      (event) => {
        const { painter, picture, step } = event as {
          painter?: string;
          picture?: object;
          step: number;
        };
        if (picture) seen.push(`${painter} ${step}`);
        if (painter === "in" && step === 3) controls.styleWeight = 0;
      },
    );
  const turned = await run({});
  expect(seen).toEqual(["adain 0", "in 2", "in 4", "in 0"]);
  const whole = await finish((options) => style(...pictures, settings, options));
  const [a, b] = [turned, whole].map(({ runs }) => runs[0].losses);
  expect(a.slice(0, 4)).toEqual(b.slice(0, 4));
  expect(a.slice(4)).not.toEqual(b.slice(4));
  expect(whole.full).toBeNull();
  expect(turned.oneShot.picture).toEqual(whole.oneShot.picture);
});
