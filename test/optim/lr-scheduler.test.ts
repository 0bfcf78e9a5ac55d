import { describe, expect, test } from "vitest";
import * as optim from "../../src/optim/index.js";
import { zeros } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const optimizer = (...lrs: number[]) =>
  new optim.SGD(
    lrs.map((lr) => ({ params: [zeros([1], { runtime, requiresGrad: true })], lr })),
    { lr: 1 },
  );

const cosine = (base: number, min: number, way: number) =>
  min + ((base - min) * (1 + Math.cos(Math.PI * way))) / 2;

const schedules: [
  name: string,
  make: (o: optim.Optimizer) => optim.LRScheduler,
  want: (step: number, base: number) => number,
][] = [
  ["StepLR", (o) => new optim.StepLR(o, 3), (t, lr) => lr * 0.1 ** Math.floor(t / 3)],
  [
    "StepLR, gamma",
    (o) => new optim.StepLR(o, 2, { gamma: 0.7 }),
    (t, lr) => lr * 0.7 ** Math.floor(t / 2),
  ],
  [
    "MultiStepLR",
    (o) => new optim.MultiStepLR(o, [2, 5, 5], { gamma: 0.5 }),
    (t, lr) => lr * (t < 2 ? 1 : t < 5 ? 0.5 : 0.125),
  ],
  ["LambdaLR", (o) => new optim.LambdaLR(o, (t) => 0.95 ** t), (t, lr) => lr * 0.95 ** t],
  [
    "LinearLR",
    (o) => new optim.LinearLR(o, { startFactor: 0.5, totalIters: 4 }),
    (t, lr) => lr * [0.5, 0.625, 0.75, 0.875, 1][Math.min(t, 4)],
  ],
  [
    "LinearLR, torch's defaults",
    (o) => new optim.LinearLR(o),
    (t, lr) => lr * (1 / 3 + (2 / 3) * Math.min(1, t / 5)),
  ],
  [
    "LinearLR to nothing",
    (o) => new optim.LinearLR(o, { startFactor: 1, endFactor: 0, totalIters: 7 }),
    (t, lr) => lr * (1 - Math.min(1, t / 7)),
  ],
  ["ExponentialLR", (o) => new optim.ExponentialLR(o, 0.8), (t, lr) => lr * 0.8 ** t],
  [
    "ConstantLR",
    (o) => new optim.ConstantLR(o, { factor: 0.25, totalIters: 3 }),
    (t, lr) => (t < 3 ? lr / 4 : lr),
  ],
  [
    "CosineAnnealingLR, there and back",
    (o) => new optim.CosineAnnealingLR(o, 4),
    (t, lr) => cosine(lr, 0, t / 4),
  ],
  [
    "CosineAnnealingLR, etaMin",
    (o) => new optim.CosineAnnealingLR(o, 7, { etaMin: 0.01 }),
    (t, lr) => cosine(lr, 0.01, t / 7),
  ],
  [
    "WarmupCosineLR",
    (o) =>
      new optim.WarmupCosineLR(o, {
        warmupSteps: 3,
        totalSteps: 8,
        startFactor: 0.1,
        etaMin: 0.01,
      }),
    (t, lr) => (t < 3 ? lr * (0.1 + (0.9 * t) / 3) : cosine(lr, 0.01, Math.min(1, (t - 3) / 5))),
  ],
];

describe.each(schedules)("%s", (_, make, want) => {
  test("the rates of two groups over 20 steps", () => {
    const own = optimizer(0.5, 0.02);
    const scheduler = make(own);
    for (let t = 0; t < 20; t++) {
      [0.5, 0.02].forEach((base, i) => {
        expect(own.groups[i].lr, `step ${t}`).toBeCloseTo(want(t, base), 14);
      });
      expect(scheduler.lrs).toEqual(own.groups.map(({ lr }) => lr));
      scheduler.step();
    }
  });

  test("goes on where it was, in another optimiser of another rate", () => {
    const straight = optimizer(0.5);
    const whole = make(straight);
    for (let t = 0; t < 4; t++) whole.step();
    const state = JSON.parse(JSON.stringify(whole.stateDict()));
    const own = optimizer(0.7);
    const resumed = make(own);
    resumed.loadStateDict(state);
    for (let t = 0; t < 5; t++) {
      expect(own.lr).toBe(straight.lr);
      resumed.step();
      whole.step();
    }
  });
});

test("wrong arguments are refused by name, and nothing changed", () => {
  const own = optimizer(1);
  const adam = new optim.Adam(own.params, { lr: 1 });
  const cases: [make: () => unknown, kind: typeof RangeError, message: string][] = [
    [() => new optim.StepLR({} as never, 1), TypeError, "StepLR: expected an optimizer"],
    [() => new optim.StepLR(own, "3" as never), TypeError, "StepLR: expected stepSize"],
    [() => new optim.StepLR(own, 3, { gamma: NaN }), RangeError, "StepLR: expected gamma"],
    [() => new optim.StepLR(own, 3, { gamma: null as never }), TypeError, "StepLR: expected gamma"],
    [() => new optim.MultiStepLR(own, 3 as never), TypeError, "MultiStepLR: expected milestones"],
    [() => new optim.MultiStepLR(own, [1.5]), RangeError, "MultiStepLR: expected milestones"],
    [() => new optim.ExponentialLR(own, -1), RangeError, "ExponentialLR: expected gamma"],
    [() => new optim.ConstantLR(own, { factor: 0 }), RangeError, "ConstantLR: expected factor"],
    [() => new optim.LinearLR(own, { startFactor: 0 }), RangeError, "LinearLR: expected startF"],
    [() => new optim.LinearLR(own, { endFactor: 1.1 }), RangeError, "LinearLR: expected endFactor"],
    [() => new optim.LambdaLR(own, 0.5 as never), TypeError, "LambdaLR: expected factor"],
    [() => new optim.LambdaLR(own, () => NaN), RangeError, "LambdaLR: expected finite rates"],
    [
      () => new optim.CosineAnnealingLR(own, 3, { etaMin: -1 }),
      RangeError,
      "CosineAnnealingLR: expected etaMin",
    ],
    [() => new optim.OneCycleLR(own, 1), TypeError, "OneCycleLR: expected totalSteps, or epochs"],
    [() => new optim.OneCycleLR(own, 1, { totalSteps: 0 }), RangeError, "expected totalSteps"],
    [() => new optim.OneCycleLR(own, [1, 2], { totalSteps: 4 }), RangeError, "expected 1 maxLr"],
    [
      () => new optim.OneCycleLR(own, 1, { totalSteps: 4, pctStart: 2 }),
      RangeError,
      "OneCycleLR: expected pctStart",
    ],
    [
      () => new optim.OneCycleLR(own, 1, { totalSteps: 4, annealStrategy: "sin" as never }),
      RangeError,
      'OneCycleLR: expected annealStrategy "cos" or "linear", got sin',
    ],
    [
      () => new optim.OneCycleLR(adam, 1, { totalSteps: 4, maxMomentum: 1 }),
      RangeError,
      "OneCycleLR: expected betas from 0 to below 1, got 1",
    ],
    [
      () => new optim.ReduceLROnPlateau(own, { factor: 1 }),
      RangeError,
      "ReduceLROnPlateau: expected factor below 1",
    ],
    [
      () => new optim.ReduceLROnPlateau(own, { mode: "less" as never }),
      RangeError,
      "ReduceLROnPlateau: expected mode",
    ],
    [
      () => new optim.ReduceLROnPlateau(own, { minLr: [1, 2] }),
      RangeError,
      "ReduceLROnPlateau: expected 1 minLr, got 2",
    ],
    [
      () => new optim.ReduceLROnPlateau(own).step(null as never),
      TypeError,
      "ReduceLROnPlateau: expected step to get a number, got null",
    ],
  ];
  for (const [make, kind, message] of cases) {
    expect(make, message).toThrow(kind);
    expect(make).toThrow(message);
  }
  expect(own.groups[0]).toMatchObject({ lr: 1, momentum: 0 });
  expect(own.groups[0].initialLr).toBeUndefined();
  expect(adam.groups[0].betas).toEqual([0.9, 0.999]);
});

test("refusals", () => {
  const own = optimizer(1);
  expect(() => new optim.StepLR(own, 0)).toThrow(
    "StepLR: expected stepSize to be an integer ≥ 1, got 0",
  );
  expect(() => new optim.CosineAnnealingLR(own, 1.5)).toThrow("tMax to be an integer");
  expect(() => new optim.WarmupCosineLR(own, { warmupSteps: 5, totalSteps: 5 })).toThrow(
    "totalSteps to be an integer ≥ 6",
  );
  expect(own.lr).toBe(1);
  const scheduler = new optim.StepLR(own, 1);
  expect(() => scheduler.loadStateDict({ step: 3, baseLrs: [1], lrs: [null as never] })).toThrow(
    "StepLR: expected 1 lrs, got [null]",
  );
  expect(() => scheduler.loadStateDict({ step: 3, baseLrs: [1n as never] })).toThrow(
    "StepLR: expected 1 baseLrs, got [1n]",
  );
  expect(() => scheduler.loadStateDict({ step: 3, baseLrs: [1, 2] })).toThrow(
    "StepLR: expected 1 baseLrs, got [1,2]",
  );
  expect(() => scheduler.loadStateDict({ step: -1, baseLrs: [1] })).toThrow(
    "step to be an integer ≥ 0",
  );
  expect(scheduler.stateDict()).toEqual({ step: 0, baseLrs: [1], lrs: [1] });
});
