import { expect, test } from "vitest";
import { runningStatsReport, runningStatsText } from "../../src/cli/report/running-stats.js";
import { en } from "../../src/cli/text/en/index.js";
import { CustomBatchNorm } from "../../src/experiments/custom-batch-norm.js";
import { runningStats } from "../../src/experiments/running-stats.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { tensor, tidy } from "../../src/tensor.js";
import { finish, interrupt } from "./finish.js";

const small = { steps: 40, sizes: [2, 8] };

test("from seed 42 the article's figures, and PyTorch's where the article's layer is wrong", async () => {
  const { article, ours, difference } = await finish((options) => runningStats(small, options));
  for (const { runningMean } of [article, ours]) {
    expect(runningMean[0].toExponential(4)).toBe("-1.0345e-4");
    expect(runningMean[1]).toBeCloseTo(8.548e-6, 8); // the article's float32 sum prints 8.5500e-06
    expect(runningMean[2].toExponential(4)).toBe("3.5211e-3");
  }
  const digits = (values: number[]) => values.map((value) => value.toFixed(4));
  expect(digits(article.runningVar)).toEqual(["0.9992", "0.9986", "1.0025"]);
  expect(digits(ours.runningVar)).toEqual(["0.9993", "0.9986", "1.0025"]);
  [0.999239, 0.998577, 1.002523].forEach((value, c) => {
    expect(article.runningVar[c]).toBeCloseTo(value, 6);
  });
  [0.999263, 0.998601, 1.002548].forEach((value, c) => {
    expect(ours.runningVar[c]).toBeCloseTo(value, 6);
  });
  for (const { outputVariance, outputMean } of [article, ours]) {
    expect(outputVariance).toBeCloseTo(1.000071406, 6);
    expect(Math.abs(outputMean)).toBeLessThan(1e-8);
  }
  expect(difference).toBeLessThan(1e-6);
  expect(difference).toBeGreaterThan(0); // else it would be one layer twice
});

test("over many batches the biased rule ends at (m − 1)/m of ours, which ends at the truth", async () => {
  const { rules } = await finish((options) => runningStats({ steps: 400, sizes: [2, 8] }, options));
  for (const { m, article, ours } of rules) {
    expect(article / ours).toBeCloseTo((m - 1) / m, 4);
    // The sum of 800 batches is χ² of 800·(m − 1) degrees: a deviation of √(2/(800·(m − 1))), 0.05 at most; four of
    // them.
    expect(Math.abs(ours - 1)).toBeLessThan(4 * Math.sqrt(2 / (800 * (m - 1))));
  }
});

test("momentum None is the average over all batches, others approach from the start values", async () => {
  const { momenta } = await finish((options) => runningStats(small, options));
  expect(momenta.map(({ momentum }) => momentum)).toEqual([0.01, 0.1, 0.5, null]);
  for (const { momentum, mean, variance } of momenta) {
    expect(mean).toHaveLength(40);
    const first = momenta[3].mean[0];
    expect(mean[0]).toBeCloseTo((momentum ?? 1) * first, 6);
    expect(variance[0]).toBeCloseTo(1 + (momentum ?? 1) * (momenta[3].variance[0] - 1), 5);
  }
});

test("in evaluation the article's layer uses what it has run up", async () => {
  const runtime = await createRuntime({ threads: 1 });
  try {
    tidy(() => {
      const layer = new CustomBatchNorm(1, { momentum: 1, runtime });
      layer.forward(tensor([1, 3, 5, 7], [4, 1, 1, 1], { runtime }));
      expect([...(layer.runningVar?.data ?? [])]).toEqual([5]);
      expect(layer.numBatchesTracked?.item()).toBe(1);
      const y = layer.eval().forward(tensor([4, 9], [2, 1, 1, 1], { runtime }));
      expect(y.data[0]).toBe(0);
      expect(y.data[1]).toBeCloseTo(5 / Math.sqrt(5 + 1e-5), 6);
    });
  } finally {
    runtime.close();
  }
});

test("text and report say it", async () => {
  const result = await finish((options) => runningStats(small, options));
  expect(runningStatsText(result, en)).toMatch(
    /^article +-1\.0345e-4 .* 0\.9992 +0\.9986 +1\.0025 /m,
  );
  const { summary, sections } = runningStatsReport(result, en);
  expect(summary).toMatch(/0\.9992 in channel 0, PyTorch's rule gives 0\.9993/);
  for (const title of ["batches seen", "running mean", "running variance"])
    expect(sections.map(({ html }) => html).join()).toContain(title);
});

test("stops when told to and leaves nothing behind", async () => {
  const { error, bytes } = await interrupt((options) => runningStats(small, options));
  expect((error as Error).name).toBe("AbortError");
  expect(bytes).toBe(0);
});
