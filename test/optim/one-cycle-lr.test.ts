import { describe, expect, test } from "vitest";
import * as optim from "../../src/optim/index.js";
import { ones, zeros } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const params = () => [zeros([1], { runtime, requiresGrad: true })];
const cosine = (from: number, to: number, way: number) =>
  to + ((from - to) / 2) * (1 + Math.cos(Math.PI * way));

// rates and momenta of torch's own tests
const cycle = { totalSteps: 10, baseMomentum: 1, maxMomentum: 22 };
const cases: [string, optim.OneCycleLROptions, lr: number[], momentum: number[]][] = [
  [
    "linear",
    { ...cycle, finalDivFactor: 2, annealStrategy: "linear" },
    [1, 13, 25, 21.5, 18, 14.5, 11, 7.5, 4, 0.5],
    [22, 11.5, 1, 4, 7, 10, 13, 16, 19, 22],
  ],
  [
    "linear in three phases",
    { ...cycle, finalDivFactor: 4, annealStrategy: "linear", pctStart: 0.4, threePhase: true },
    [1, 9, 17, 25, 17, 9, 1, 0.75, 0.5, 0.25],
    [22, 15, 8, 1, 8, 15, 22, 22, 22, 22],
  ],
  [
    "cosine",
    { ...cycle, finalDivFactor: 2 },
    [1, 13, 25, ...[1, 2, 3, 4, 5, 6, 7].map((x) => cosine(25, 0.5, x / 7))],
    [22, 11.5, 1, ...[1, 2, 3, 4, 5, 6, 7].map((x) => cosine(1, 22, x / 7))],
  ],
  [
    "epochs, the defaults",
    { epochs: 2, stepsPerEpoch: 5 },
    [1, 13, 25, ...[1, 2, 3, 4, 5, 6, 7].map((x) => cosine(25, 1e-4, x / 7))],
    [0.95, 0.9, 0.85, ...[1, 2, 3, 4, 5, 6, 7].map((x) => cosine(0.85, 0.95, x / 7))],
  ],
  [
    "falling from the first step on",
    { totalSteps: 5, pctStart: 0.2, annealStrategy: "linear", finalDivFactor: 1 },
    [25, 19, 13, 7, 1],
    [0.85, 0.875, 0.9, 0.925, 0.95],
  ],
];

describe.each(cases)("OneCycleLR, %s", (_, options, lrs, momenta) => {
  test("rates and momentum", () => {
    const sgd = new optim.SGD(params(), { lr: 7, momentum: 0.5 });
    const schedule = new optim.OneCycleLR(sgd, 25, options);
    lrs.forEach((lr, t) => {
      expect(sgd.lr, `step ${t}`).toBeCloseTo(lr, 12);
      expect(sgd.groups[0].momentum, `step ${t}`).toBeCloseTo(momenta[t], 12);
      schedule.step();
    });
    const { lr } = sgd; // torch allows one more
    expect(() => schedule.step()).toThrow(`expected ${lrs.length} steps at most`);
    expect(sgd.lr).toBe(lr);
    expect(sgd.groups[0].initialLr).toBe(1);
  });

  test("the first beta of Adam; nothing where it is not asked for", () => {
    if (momenta.some((momentum) => momentum >= 1)) return;
    const adam = new optim.Adam(params(), { betas: [0.5, 0.9] });
    const schedule = new optim.OneCycleLR(adam, 25, options);
    momenta.forEach((momentum) => {
      expect(adam.groups[0].betas[0]).toBeCloseTo(momentum, 12);
      expect(adam.groups[0].betas[1]).toBe(0.9);
      schedule.step();
    });
    const still = new optim.AdamW(params(), { betas: [0.5, 0.9] });
    new optim.OneCycleLR(still, 25, { ...options, cycleMomentum: false }).step();
    expect(still.groups[0].betas).toEqual([0.5, 0.9]);
  });
});

test("the momentum that is set is the one SGD moves by", () => {
  const [param] = params();
  const sgd = new optim.SGD([param], { lr: 1 });
  const options = { totalSteps: 4, baseMomentum: 0.5, maxMomentum: 0.9 };
  const schedule = new optim.OneCycleLR(sgd, 1, options);
  let [want, velocity] = [0, 0];
  for (let t = 0; t < 4; t++) {
    const { lr, momentum } = sgd.groups[0];
    velocity = t === 0 ? 1 : momentum * velocity + 1;
    want -= lr * velocity;
    param.grad = ones([1], { runtime });
    sgd.step();
    schedule.step();
    expect(param.item()).toBeCloseTo(want, 6);
  }
});

describe("ReduceLROnPlateau, as torch's own tests", () => {
  const list = (count: number, read: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => read(i));
  const runs = (...parts: [count: number, lr: number][]) =>
    parts.flatMap(([count, lr]) => list(count, () => lr));
  const abs = { thresholdMode: "abs", patience: 5 } as const;
  const plateaus: [string, optim.ReduceLROnPlateauOptions, number[], number[]][] = [
    [
      "better by more than the threshold",
      { ...abs, threshold: 0.01, cooldown: 5 },
      list(20, (i) => 10 - i * 0.0167),
      runs([20, 0.5]),
    ],
    [
      "worse than the threshold, no cooldown",
      { ...abs, threshold: 0.1 },
      list(22, (i) => 10 - i * 0.0165),
      runs([6, 0.5], [7, 0.05], [7, 0.005], [2, 5e-4]),
    ],
    [
      "max, with cooldown",
      { ...abs, mode: "max", cooldown: 5, threshold: 1e-4 },
      [-0.8, -0.8, ...list(20, () => -0.234)],
      runs([8, 0.5], [11, 0.05], [3, 0.005]),
    ],
    [
      "max, better by a share",
      { mode: "max", patience: 3, threshold: 0.1 },
      list(20, (i) => 1.5 * 1.025 ** i),
      runs([20, 0.5]),
    ],
    [
      "max, not by enough",
      { mode: "max", patience: 5, cooldown: 5, threshold: 0.1 },
      list(20, (i) => 1.5 * 1.005 ** i),
      runs([6, 0.5], [11, 0.05], [3, 0.005]),
    ],
    [
      "NaN is no better",
      { patience: 0, minLr: 0.02 },
      [Number.NaN, 1, 1, 0.5, 0.5],
      [0.05, 0.05, 0.02, 0.02, 0.02],
    ],
    ["changes up to eps are left", { patience: 0, eps: 0.1 }, [1, 1, 1], [0.5, 0.05, 0.05]],
  ];
  test.each(plateaus)("%s", (_, options, measures, want) => {
    const sgd = new optim.SGD(params(), { lr: 0.5 });
    let schedule = new optim.ReduceLROnPlateau(sgd, options);
    measures.forEach((measure, i) => {
      const state = JSON.parse(JSON.stringify(schedule.stateDict())); // goes on from any place
      sgd.lr = 77;
      schedule = new optim.ReduceLROnPlateau(sgd, options);
      schedule.loadStateDict(state);
      schedule.step(measure);
      expect(schedule.lrs[0], `step ${i}`).toBeCloseTo(want[i], 14);
    });
  });

  test("a state with null is refused", () => {
    const schedule = new optim.ReduceLROnPlateau(new optim.SGD(params(), { lr: 0.5 }));
    const state = schedule.stateDict();
    expect(state).toEqual({ step: 0, best: "Infinity", badSteps: 0, cooldownLeft: 0, lrs: [0.5] });
    for (const key of Object.keys(state))
      expect(() => schedule.loadStateDict({ ...state, [key]: null }), key).toThrow(
        `ReduceLROnPlateau: expected ${key === "lrs" ? "1 lrs" : key}`,
      );
  });
});
