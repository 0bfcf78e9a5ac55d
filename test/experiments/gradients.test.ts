import { beforeAll, describe, expect, test } from "vitest";
import { gradientsReport, gradientsText } from "../../src/cli/report/gradients.js";
import { en } from "../../src/cli/text/en/index.js";
import type { ActivationName, MLPNorm } from "../../src/experiments/deep-mlp.js";
import { type GradientsResult, gradients } from "../../src/experiments/gradients.js";
import { finish, interrupt } from "./finish.js";

let result: GradientsResult;
beforeAll(async () => {
  result = await finish((options) => gradients({ steps: 120, lr: 0.05 }, options));
});

const find = (activation: ActivationName, norm: MLPNorm, gain: number) => {
  const found = result.measured.find(
    (m) => m.activation === activation && m.norm === norm && m.gain === gain,
  );
  if (!found) throw new Error("not measured");
  return found;
};
const ratio = (activation: ActivationName, norm: MLPNorm) => {
  const { gradients } = find(activation, norm, 1);
  return gradients[gradients.length - 1] / gradients[0];
};

describe("gradients", () => {
  test("vanish in the sigmoid net without a norm, by more than 1/4 a layer, and not with batch norm", () => {
    expect(ratio("sigmoid", "none")).toBeGreaterThan(4 ** 7);
    expect(ratio("sigmoid", "bn")).toBeLessThan(10);
    for (const activation of ["tanh", "relu"] as const)
      expect(ratio(activation, "ln")).toBeLessThan(ratio(activation, "none"));
    for (const { gradients, saturated } of result.measured) {
      expect(gradients).toHaveLength(8);
      expect(saturated).toHaveLength(8);
    }
  });

  test("large weights saturate tanh and sigmoid without a norm, and neither with one", () => {
    const worst = (activation: ActivationName, norm: MLPNorm) =>
      Math.max(...find(activation, norm, 10).saturated);
    expect(worst("tanh", "none")).toBeGreaterThan(0.5);
    expect(worst("sigmoid", "none")).toBeGreaterThan(0.2);
    for (const activation of ["tanh", "sigmoid"] as const)
      for (const norm of ["bn", "ln"] as const) expect(worst(activation, norm)).toBeLessThan(0.05);
    const { shares } = find("tanh", "none", 10).histogram;
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 9);
    expect(shares[0] + shares[39]).toBeGreaterThan(0.5);
  });

  test("the sigmoid net trains with batch norm, and not without a norm or without scale and shift", () => {
    const accuracy = (norm: MLPNorm, affine: boolean) =>
      result.trained.find(
        (t) => t.activation === "sigmoid" && t.norm === norm && t.affine === affine,
      )?.accuracy;
    expect(accuracy("bn", true)).toBeGreaterThan(0.8);
    expect(accuracy("none", true)).toBeLessThan(0.6);
    expect(accuracy("bn", false)).toBeLessThan(0.6);
    expect(result.trained.every(({ losses }) => losses.length === 120)).toBe(true);
  });
});

test("a sigmoid behind a bare norm is nearly linear; scale and shift undo the norm", () => {
  const { byScale, restored } = result.linearity;
  const shares = byScale.map(({ rSquared }) => rSquared);
  expect(byScale.find(({ scale }) => scale === 1)?.rSquared).toBeGreaterThan(0.97);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  expect(shares[8]).toBeLessThan(0.8);
  expect(restored.mean).toBeCloseTo(3, 0);
  expect(restored.largestError).toBeLessThan(5e-6); // float32 at up to 10
});

test("batch norm sets mean and variance and leaves skewness and kurtosis", () => {
  for (const { before, after } of result.shapes) {
    expect(after.mean).toBeCloseTo(0, 6);
    expect(after.variance).toBeCloseTo(1, 3); // eps beside 1/12
    expect(after.skewness).toBeCloseTo(before.skewness, 5);
    expect(after.kurtosis).toBeCloseTo(before.kurtosis, 5);
  }
  expect(result.shapes[0].before.kurtosis).toBeCloseTo(-1.2, 1);
  expect(result.shapes[1].before.skewness).toBeGreaterThan(1.5); // of an exponential 2
});

test("text and report say it", () => {
  expect(gradientsText(result, en).split("\n").slice(2, 11).join()).toMatch(
    /sigmoid +no norm.*relu +layer norm/,
  );
  const { summary, sections } = gradientsReport(result, en);
  expect(summary).toMatch(/with scale and shift, \d+\.\d % without\.$/);
  const html = sections.map((section) => section.html).join();
  expect(html.match(/<svg/g)).toHaveLength(2 * (3 + 2 + 2 + 1));
  expect(html).not.toMatch(/NaN|undefined/);
});

test("stops when told to and leaves nothing behind", async () => {
  const { error, bytes } = await interrupt((options) => gradients({}, options));
  expect((error as Error).name).toBe("AbortError");
  expect(bytes).toBe(0);
});
